import { doctor as diagnose } from './client.ts';
import { versionOf } from './metrics.ts';
import { countsRequests } from './traffic.ts';

const permission =
  '{"methods": ["GET"], "paths": ["/config/", "/reverse_proxy/upstreams", "/metrics"]} in admin.remote.access_control[].permissions';

export const doctor = diagnose(async (one) => {
  const config = await one.config();
  const [access, { metrics }] = await Promise.all([one.access(), one.observe()]);
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
