import type { From } from '../../../core/fleet.ts';
import type { Report } from '../../../core/health.ts';
import { percent } from '../../../core/base/units.ts';
import { health as examine } from '../client.ts';
import { silentInstances } from '../preconditions.ts';
import { recordsOf } from '../records.ts';
import { blockingFindings } from './blocking.ts';
import { inspectInstance, type Checkup } from './checkup.ts';
import { messageFindings } from './messages.ts';
import { pairFindings } from './pair.ts';
import { resolverFindings } from './resolver.ts';
import { upstreamFindings } from './upstreams.ts';
import { vipReport } from './vip.ts';

/** The check-up of all Pi-holes: each by itself, side by side, and who of them holds the VIP. */
export const health = examine(async (pihole, check): Promise<Report> => {
  const now = pihole.now();
  const checkups = await pihole.all((reads, instance) =>
    inspectInstance(reads, instance, now, check),
  );
  const vip = await vipReport(checkups, silentInstances(pihole, checkups), check);
  const serving = checkups.filter(({ value }) => value.silence === undefined).length;
  return {
    version: [...new Set(checkups.flatMap(({ value }) => value.version ?? []))].join(', '),
    headline: `DNS ${serving}/${pihole.names.length}`,
    facts: {
      'answering DNS': `${serving} of ${pihole.names.length}`,
      ...blockingFact(checkups),
      ...(vip.holder !== undefined && { VIP: vip.holder }),
      ...trafficFacts(checkups),
    },
    findings: [
      ...vip.findings,
      ...checkups.flatMap((checkup) => [
        ...resolverFindings(
          checkup,
          checkups.filter((other) => other !== checkup),
        ),
        ...blockingFindings(checkup, now),
        ...upstreamFindings(checkup, now),
        ...messageFindings(checkup, now),
      ]),
      ...pairFindings(checkups),
    ],
  };
});

/** `on 1 of 2` counts those that said so: one that did not is named among the gaps. */
function blockingFact(checkups: readonly From<Checkup>[]): Record<string, string> {
  const known = checkups.flatMap(({ value }) => value.blocking ?? []);
  const on = known.filter(({ state }) => state === 'enabled').length;
  if (known.length === 0) return {};
  if (on === known.length) return { blocking: 'on' };
  return { blocking: on === 0 ? 'off' : `on ${on} of ${known.length}` };
}

/** Clients of a pair ask now this one, now that: only the sum says how much is asked. */
function trafficFacts(checkups: readonly From<Checkup>[]): Record<string, string | number> {
  const summaries = checkups.flatMap(({ value }) => value.summary ?? []);
  const [dns] = checkups.flatMap(({ value }) => value.dns ?? []);
  let queries = 0;
  let blocked = 0;
  for (const summary of summaries) {
    queries += summary.queries;
    blocked += summary.queries * summary.blockedShare;
  }
  return {
    ...(summaries.length > 0 && { 'questions/24 h': queries }),
    ...(queries > 0 && { blocked: percent(blocked / queries) }),
    ...(dns && { 'local records': recordsOf(dns).length }),
  };
}
