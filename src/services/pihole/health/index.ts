import type { From } from '../../../core/fleet.ts';
import { percent } from '../../../core/base/units.ts';
import { health as checkUp } from '../client.ts';
import { inspectInstance, type Checkup } from './checkup.ts';
import { messageFindings } from './messages.ts';
import { pairFindings } from './pair.ts';
import { resolverFindings } from './resolver.ts';
import { vipFindings } from './vip.ts';
import { recordsOf } from '../records.ts';
import { silentInstances } from '../preconditions.ts';

export const health = checkUp(async (pihole, check) => {
  const now = pihole.now();
  const all = await pihole.all((one, instance) => inspectInstance(one, instance, now, check));
  const vip = await vipFindings(all, silentInstances(pihole, all), check);
  const serving = all.filter(({ value }) => value.silence === undefined).length;
  const blocking = all.filter(({ value }) => value.blocking?.state === 'enabled').length;
  const known = all.filter(({ value }) => value.blocking !== undefined).length;
  return {
    version: [...new Set(all.flatMap(({ value }) => value.version ?? []))].join(', '),
    headline: `DNS ${serving}/${pihole.names.length}`,
    facts: {
      'answering DNS': `${serving} of ${pihole.names.length}`,
      ...(known > 0 && {
        blocking: blocking === known ? 'on' : blocking === 0 ? 'off' : `on ${blocking} of ${known}`,
      }),
      ...(vip.holder !== undefined && { VIP: vip.holder }),
      ...traffic(all),
    },
    findings: [
      ...vip.findings,
      ...all.flatMap((one) => [
        ...resolverFindings(
          one,
          all.filter((other) => other !== one),
          now,
        ),
        ...messageFindings(one, now),
      ]),
      ...pairFindings(all),
    ],
  };
});

/** Clients of a pair ask now this one, now that: only the sum says how much is asked. */
function traffic(all: readonly From<Checkup>[]): Record<string, string | number> {
  const sums = all.flatMap(({ value: { summary } }) => summary ?? []);
  const [dns] = all.flatMap(({ value }) => value.dns ?? []);
  const queries = sums.reduce((sum, one) => sum + one.queries, 0);
  const blocked = sums.reduce((sum, one) => sum + one.queries * one.blockedShare, 0);
  return {
    ...(sums.length > 0 && { 'questions/24 h': queries }),
    ...(queries > 0 && { blocked: percent(blocked / queries) }),
    ...(dns && { 'local records': recordsOf(dns).length }),
  };
}
