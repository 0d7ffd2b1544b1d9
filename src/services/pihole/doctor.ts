import type { Diagnosis } from '../../core/service.ts';
import { doctor as diagnose } from './client.ts';
import { readInstanceState } from './preconditions.ts';

/** What one instance lets Lares do: read, ask its resolver, change records. */
export const doctor = diagnose(async (one): Promise<Diagnosis> => {
  const [version, now, silence] = await Promise.all([
    one.version(),
    readInstanceState(one),
    one.ask('pi.hole', 'A').then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    ),
  ]);
  const { host, port } = one.settings.resolver;
  return {
    version: version.ftl ?? 'unknown',
    rights: [
      { what: 'read records, statistics and settings', granted: true },
      {
        what: `ask its resolver at ${host}:${port}`,
        granted: silence === undefined,
        fix:
          silence && `${silence}. If it answers elsewhere, set PIHOLE_DNS_HOST and PIHOLE_DNS_PORT`,
      },
      {
        what: 'change A and AAAA records',
        granted: now.locks.hosts === undefined,
        fix: now.locks.hosts,
      },
      {
        what: 'change CNAME records',
        granted: now.locks.cnameRecords === undefined,
        fix: now.locks.cnameRecords,
      },
      ...(one.settings.vip === undefined
        ? []
        : [
            {
              what: `see whether it holds the VIP ${one.settings.vip}`,
              granted: now.hold === undefined ? ('unknown' as const) : now.hold !== 'blind',
              fix:
                now.hold === 'blind'
                  ? 'Pi-hole sees no interface in that network. In Docker: network_mode: host'
                  : undefined,
            },
          ]),
    ],
  };
});
