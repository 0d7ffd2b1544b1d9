import type { From } from '../../../core/fleet.ts';
import type { Finding, Report } from '../../../core/health.ts';
import { percent } from '../../../core/base/units.ts';
import { health as examine } from '../client.ts';
import { absenceText, noAnswer } from '../preconditions.ts';
import { recordsOf } from '../records.ts';
import { thingsOf } from '../things.ts';
import { blockingFindings, isBlocking } from './blocking.ts';
import { hasJustStarted, inspectInstance, type Checkup } from './checkup.ts';
import { cnameFindings } from './cnames.ts';
import { messageFindings } from './messages.ts';
import { pairDrift, pairFindings } from './pair.ts';
import { processFindings } from './process.ts';
import { askResolver, resolverFindings, withResolvers, type ResolverState } from './resolver.ts';
import { upstreamFindings } from './upstreams.ts';
import { vipReport } from './vip.ts';

/** The check-up of all Pi-holes: each by itself, side by side, and who of them holds the VIP. Its resolver is asked of each, also where the API lets nobody in. */
export const health = examine(async (pihole, check): Promise<Report> => {
  const now = pihole.now();
  const resolvers = new Map<string, ResolverState>();
  const absences = new Map<string, string>();
  const checkups = await pihole
    .all(async (reads, instance) => {
      const resolver = askResolver(reads).then((state) => {
        resolvers.set(instance, state);
        return state;
      });
      return inspectInstance(reads, instance, resolver, now, check).catch(
        async (error: unknown) => {
          await resolver;
          absences.set(instance, absenceText(error));
          throw error;
        },
      );
    })
    .catch((error: unknown) => {
      throw withResolvers(error, resolvers);
    });
  const vip = await vipReport(checkups, absences, check);
  const processes = processFindings(checkups, now);
  const serving = [...resolvers].filter(([, { state }]) => state === 'serves').length;
  return {
    version: [...new Set(checkups.flatMap(({ value }) => value.version ?? []))].join(', '),
    headline: `DNS ${serving}/${pihole.names.length}`,
    facts: {
      'answering DNS': `${serving} of ${pihole.names.length}`,
      ...(!pihole.without.has('lists') && blockingFact(checkups)),
      ...(vip.holder !== undefined && { VIP: vip.holder }),
      ...trafficFacts(checkups),
    },
    things: thingsOf(
      pihole.names.map((instance) => ({
        dns: undefined,
        resolver: resolvers.get(instance),
        settings: pihole.on(instance).settings,
        ...checkups.find((checkup) => checkup.instance === instance)?.value,
        instance,
      })),
      pihole.several,
    ),
    findings: [
      ...vip.findings,
      ...pihole.names.flatMap((instance) =>
        silenceFindings(instance, checkups, resolvers, absences),
      ),
      ...checkups.flatMap((checkup) => [
        ...blockingFindings(checkup, now, !pihole.without.has('lists')),
        ...upstreamFindings(checkup, now),
        ...messageFindings(checkup, now),
      ]),
      ...cnameFindings(checkups),
      ...pairFindings(checkups),
      ...processes,
    ],
    drift: pairDrift(checkups, pihole.names),
  };
});

/** Of an instance that is not there at all, that is what is told. */
function silenceFindings(
  instance: string,
  checkups: readonly From<Checkup>[],
  resolvers: ReadonlyMap<string, ResolverState>,
  absences: ReadonlyMap<string, string>,
): Finding[] {
  if (absences.get(instance) === noAnswer) return [];
  const checkup = checkups.find((other) => other.instance === instance);
  return resolverFindings(
    instance,
    resolvers,
    checkup !== undefined && hasJustStarted(checkup.value),
  );
}

/** `on 1 of 2` counts those that said so: one that did not is named among the gaps. */
function blockingFact(checkups: readonly From<Checkup>[]): Record<string, string> {
  const known = checkups.flatMap(({ value }) => isBlocking(value) ?? []);
  const on = known.filter(Boolean).length;
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
    queries += summary.queries ?? 0;
    blocked += (summary.queries ?? 0) * (summary.blockedShare ?? 0);
  }
  const isCounted = summaries.some((summary) => summary.queries !== undefined);
  const isShareKnown = summaries.every(({ blockedShare }) => blockedShare !== undefined);
  return {
    ...(isCounted && { 'questions/24 h': queries }),
    ...(queries > 0 && isShareKnown && { blocked: percent(blocked / queries) }),
    ...(dns && { 'local records': recordsOf(dns).length }),
  };
}
