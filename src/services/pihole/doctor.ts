import { dispensable } from '../../core/base/errors.ts';
import type { Diagnosis } from '../../core/service.ts';
import { doctor as diagnose } from './client.ts';
import { readInstanceState } from './preconditions.ts';

/** What one instance lets Lares do: read, ask its resolver, change records. */
export const doctor = diagnose(async (pihole): Promise<Diagnosis> => {
  const [version, state, silence] = await Promise.all([
    dispensable(pihole.version()),
    readInstanceState(pihole),
    pihole.ask('pi.hole', 'A').then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    ),
  ]);
  const { host, port } = pihole.settings.resolver;
  return {
    version: version?.ftl ?? 'unknown',
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
        granted: state.locks.hosts === undefined,
        fix: state.locks.hosts,
        writes: true,
      },
      {
        what: 'change CNAME records',
        granted: state.locks.cnameRecords === undefined,
        fix: state.locks.cnameRecords,
        writes: true,
      },
      ...(pihole.settings.vip === undefined
        ? []
        : [
            {
              what: `see whether it holds the VIP ${pihole.settings.vip}`,
              granted: state.hold === undefined ? ('unknown' as const) : state.hold !== 'blind',
              fix:
                state.hold === 'blind'
                  ? 'Pi-hole sees no interface in that network. In Docker: network_mode: host'
                  : undefined,
            },
          ]),
    ],
  };
});
