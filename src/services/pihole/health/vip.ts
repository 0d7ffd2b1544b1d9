import { UnreachableError } from '../../../core/base/errors.ts';
import type { From } from '../../../core/fleet.ts';
import type { Check, Finding } from '../../../core/health.ts';
import type { Checkup } from './checkup.ts';

/** Who holds the VIP. Clients ask that address, so nobody, both, or a machine without DNS behind it is an outage whatever else is well. */
export async function vipFindings(
  all: readonly From<Checkup>[],
  silent: readonly string[],
  check: Check,
): Promise<{ holder?: string; findings: Finding[] }> {
  const vip = all.find(({ value }) => value.settings.vip !== undefined)?.value.settings.vip;
  if (vip === undefined) return { findings: [] };
  const by = (hold: string): string[] =>
    all.filter(({ value }) => value.hold === hold).map(({ instance }) => instance);
  const holders = by('holds');
  const found = { severity: 'critical', subject: vip } as const;
  const holder = holders.join(' and ');
  if (holders.length > 1)
    return {
      holder,
      findings: [
        {
          ...found,
          id: `pihole.vip-held-twice/${vip}`,
          message: `${holder} both hold the VIP ${vip}: keepalived does not hear the other one, and clients reach now this, now that`,
        },
      ],
    };
  const dead = all.find(
    ({ instance, value }) => instance === holder && value.silence !== undefined,
  );
  if (dead)
    return {
      holder,
      findings: [
        {
          ...found,
          id: `pihole.vip-without-dns/${vip}`,
          message: `${holder} holds the VIP ${vip} but gives no DNS answers (${dead.value.silence}): who asks the VIP gets nothing`,
          next: { tool: 'dns_lookup', arguments: { domain: 'pi.hole' } },
        },
      ],
    };
  if (holders.length === 1) return { holder, findings: [] };
  const unsure = [
    ...silent.map((name) => `${name} does not answer`),
    ...by('blind').map((name) => `${name} sees no interface in its network (Docker bridge?)`),
    ...all
      .filter(({ value }) => value.hold === undefined)
      .map(({ instance }) => `${instance} did not say`),
  ];
  if (unsure.length === 0)
    return {
      findings: [
        {
          ...found,
          id: `pihole.vip-held-by-nobody/${vip}`,
          message: `Neither ${all.map(({ instance }) => instance).join(' nor ')} holds the VIP ${vip}: who asks it gets no answer`,
        },
      ],
    };
  await check(`who holds the VIP ${vip}`, () =>
    Promise.reject(new UnreachableError(unsure.join(', '))),
  );
  return { findings: [] };
}
