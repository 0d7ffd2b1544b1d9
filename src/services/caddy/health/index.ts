import type { Report } from '../../../core/health.ts';
import { count, duration, plural, second } from '../../../core/base/units.ts';
import { health as examine } from '../client.ts';
import { versionOf } from '../metrics.ts';
import { certificateFindings, nextExpiry } from './certificates.ts';
import { inspectInstance, type Checkup } from './checkup.ts';
import { configFindings } from './config.ts';
import { driftFindings, pairDrift } from './drift.ts';
import { errorFindings } from './errors.ts';
import { thingsOf } from '../things.ts';
import { unique } from './finding.ts';
import { sameMachineFindings } from './same-machine.ts';
import {
  sitesWithHealthyUpstreams,
  sitesWithoutUpstream,
  upstreamCounts,
  upstreamFindings,
  type UpstreamCounts,
} from './upstreams.ts';

/** The check-up of all Caddies. The config of each is asked first: an instance without it does not answer. */
export const health = examine(async (caddy, check): Promise<Report> => {
  const configs = await caddy.all(async (instance) => ({
    config: await instance.config(),
    settings: instance.settings,
  }));
  const checkups = await Promise.all(
    configs.map(({ instance, value }) =>
      inspectInstance(caddy.on(instance), instance, value.config, check),
    ),
  );
  const { certificateDays, errorShare } = configs[0]?.value.settings ?? {
    certificateDays: 0,
    errorShare: 1,
  };
  const hosts = new Set(checkups.flatMap(({ sites }) => sites.map(({ host }) => host)));
  const upstreams = upstreamWords(upstreamCounts(checkups));
  const compared = configs.map(({ instance, value }) => ({ instance, value: value.config }));
  const versions = checkups.flatMap(({ metrics }) => (metrics ? [versionOf(metrics)] : []));
  return {
    version: unique(versions).join(', ') || undefined,
    headline: `${plural(hosts.size, 'site')}, upstreams ${upstreams}`,
    facts: {
      sites: hosts.size,
      upstreams,
      ...errorFact(checkups),
      ...certificateFact(checkups, caddy.now()),
    },
    things: thingsOf(checkups, caddy.names),
    findings: [
      ...checkups.flatMap((checkup) => configFindings(checkup, checkups)),
      ...upstreamFindings(checkups),
      ...errorFindings(
        checkups,
        errorShare,
        sitesWithoutUpstream(checkups),
        sitesWithHealthyUpstreams(checkups),
      ),
      ...certificateFindings(checkups, certificateDays, caddy.now()),
      ...sameMachineFindings(checkups),
      ...driftFindings(compared),
    ],
    ...(caddy.several &&
      compared.length === caddy.names.length && { drift: { 'pair-apart': pairDrift(compared) } }),
  };
});

/** `20/22 up, 2 unchecked`: what nobody checks is not up. */
function upstreamWords(counts: UpstreamCounts | undefined): string {
  if (counts === undefined) return 'not read';
  const { total, up, unchecked, unknown } = counts;
  return [
    `${up}/${total} up`,
    unchecked > 0 && `${unchecked} unchecked`,
    unknown > 0 && `${unknown} unknown`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Counters start again with every reload (2.9 and newer) or restart: no rate, only what there was. */
function errorFact(checkups: readonly Checkup[]): Record<string, string> {
  if (checkups.every(({ traffic }) => traffic === undefined)) return {};
  let errors = 0;
  let requests = 0;
  for (const { traffic } of checkups)
    for (const tally of traffic?.tallies.values() ?? []) {
      errors += tally.errors;
      requests += tally.requests;
    }
  return { '5xx since reload': `${count(errors)} of ${count(requests)}` };
}

function certificateFact(checkups: readonly Checkup[], now: number): Record<string, string> {
  const end = nextExpiry(checkups);
  if (end === undefined) return {};
  const seen = Math.max(
    ...checkups.map(
      ({ certificates = [] }) => certificates.filter(({ unseen }) => unseen === undefined).length,
    ),
  );
  const named = Math.max(...checkups.map(({ certificateNames }) => certificateNames));
  const when = end <= now ? 'one has expired' : `next ends in ${duration((end - now) / second)}`;
  return {
    certificates: `${when}${seen < named ? `, ${seen} of ${named} looked at` : ''}`,
  };
}
