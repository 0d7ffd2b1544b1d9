import { UnreachableError } from '../../../core/base/errors.ts';
import type { From } from '../../../core/fleet.ts';
import type { Check, Finding } from '../../../core/health.ts';
import { addressRef, instanceRef } from '../refs.ts';
import type { Hold } from '../vip.ts';
import { hasJustStarted, type Checkup } from './checkup.ts';
import { finding } from './finding.ts';
import { isSilent } from './resolver.ts';

/** Who holds the VIP, where one is configured and somebody does, and what is wrong with that. */
export interface VipReport {
  /** Its instance, or both of them. */
  holder?: string;
  findings: Finding[];
}

/**
 * Who holds the VIP. Clients ask that address, so nobody, both, or a machine without DNS behind it is an outage whatever else is well.
 * `absences` say what the instances did that gave no answer at all: with one of them, or with one that cannot see the network, nobody's absence is proven.
 */
export async function vipReport(
  checkups: readonly From<Checkup>[],
  absences: ReadonlyMap<string, string>,
  check: Check,
): Promise<VipReport> {
  const [vip] = checkups.flatMap(({ value }) => value.settings.vip ?? []);
  if (vip === undefined) return { findings: [] };
  const holders = instancesWith(checkups, 'holds');
  const [holder] = holders;
  if (holder !== undefined)
    return { holder: holders.join(' and '), findings: holderFindings(vip, holders, checkups) };
  const doubts = reasonsForDoubt(checkups, absences);
  if (doubts.length === 0) {
    const names = checkups.map(({ instance }) => instance).join(' nor ');
    return {
      findings: [
        finding('vip-held-by-nobody', vip, {
          severity: 'critical',
          about: [addressRef(vip)],
          effect: 'stops',
          message: `Neither ${names} holds the VIP ${vip}: who asks it gets no answer`,
        }),
      ],
    };
  }
  await check(`who holds the VIP ${vip}`, () =>
    Promise.reject(new UnreachableError(doubts.join(', '))),
  );
  return { findings: [] };
}

function holderFindings(
  vip: string,
  holders: readonly string[],
  checkups: readonly From<Checkup>[],
): Finding[] {
  if (holders.length > 1)
    return [
      finding('vip-held-twice', vip, {
        severity: 'critical',
        about: [addressRef(vip)],
        effect: 'degrades',
        message: `${holders.join(' and ')} both hold the VIP ${vip}: keepalived does not hear the other one, and clients reach now this, now that`,
      }),
    ];
  const holder = checkups.find(({ value }) => value.hold === 'holds');
  const resolver = holder?.value.resolver;
  if (holder === undefined || !isSilent(resolver)) return [];
  return [
    finding('vip-without-dns', vip, {
      // Who was started a moment ago answers in the next one, or keepalived hands the address on.
      severity: hasJustStarted(holder.value) ? 'warning' : 'critical',
      about: [addressRef(vip), instanceRef(holder.instance)],
      effect: 'stops',
      meaning: 'dns',
      message: `${holder.instance} holds the VIP ${vip} but gives no DNS answers (${resolver.why}): who asks the VIP gets nothing`,
      next: { tool: 'dns_lookup', arguments: { domain: 'pi.hole' } },
    }),
  ];
}

const reasonsForDoubt = (
  checkups: readonly From<Checkup>[],
  absences: ReadonlyMap<string, string>,
): string[] => [
  ...[...absences].map(([name, absence]) => `${name} ${absence}`),
  ...instancesWith(checkups, 'blind').map(
    (name) => `${name} sees no interface in its network (Docker bridge?)`,
  ),
  ...instancesWith(checkups, undefined).map((name) => `${name} did not say`),
];

const instancesWith = (checkups: readonly From<Checkup>[], hold: Hold | undefined): string[] =>
  checkups.filter(({ value }) => value.hold === hold).map(({ instance }) => instance);
