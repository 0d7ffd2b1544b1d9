import { doctor as diagnose } from './client.ts';
import { versionOf } from './metrics.ts';
import { countsRequests } from './traffic.ts';

/** The permission of a client certificate that suffices. */
const permission =
  '{"methods": ["GET"], "paths": ["/config/", "/reverse_proxy/upstreams", "/metrics"]} in admin.remote.access_control[].permissions';

/** What one instance lets Lares read, and whether it counts what it answers. */
export const doctor = diagnose(async (caddy) => {
  const config = await caddy.config();
  const [access, { metrics }] = await Promise.all([caddy.access(), caddy.observe()]);
  return {
    version: metrics ? versionOf(metrics) : 'not told',
    rights: [
      ...access.map(({ what, refused }) => ({
        what,
        granted: refused === undefined,
        ...(refused !== undefined && {
          fix: `${refused}. For the remote admin API: ${permission}`,
        }),
      })),
      {
        what: 'count 5xx answers (HTTP metrics)',
        granted: countsRequests(config),
        fix: countsRequests(config)
          ? undefined
          : 'Add `metrics` to the global options of the Caddyfile (2.9 and newer), or `servers { metrics }` (2.6 to 2.8)',
      },
    ],
  };
});
