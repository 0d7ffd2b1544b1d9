import type { Finding } from '../../../core/health.ts';
import { count, duration, plural } from '../../../core/base/units.ts';
import { health as examine } from '../client.ts';
import { certificateFindings, nextExpiry } from './certificates.ts';
import { driftFindings } from './drift.ts';
import { errorFindings } from './errors.ts';
import { inspectInstance, reloadFailed, type Checkup } from './checkup.ts';
import { sitesWithoutUpstream, upstreamCounts, upstreamFindings } from './upstreams.ts';
import { versionOf } from '../metrics.ts';
import type { Tally } from '../traffic.ts';

export const health = examine(async (caddy, check) => {
  const configs = await caddy.all(async (one) => ({
    config: await one.config(),
    settings: one.settings,
  }));
  const all = await Promise.all(
    configs.map(({ instance, value }) =>
      inspectInstance(caddy.on(instance), instance, value.config, check),
    ),
  );
  const { certificateDays, errorShare } = configs[0]?.value.settings ?? {
    certificateDays: 0,
    errorShare: 1,
  };
  const hosts = new Set(all.flatMap(({ sites }) => sites.map(({ host }) => host)));
  const upstreams = upstreamCounts(all);
  return {
    version:
      [...new Set(all.flatMap(({ metrics }) => (metrics ? [versionOf(metrics)] : [])))].join(
        ', ',
      ) || undefined,
    headline: `${plural(hosts.size, 'site')}, upstreams ${upstreamWords(upstreams)}`,
    facts: {
      sites: hosts.size,
      upstreams: upstreamWords(upstreams),
      ...errorFact(all),
      ...certificateFact(all, caddy.now()),
    },
    findings: [
      ...all.flatMap(statusFindings),
      ...upstreamFindings(all),
      ...errorFindings(all, errorShare, sitesWithoutUpstream(all)),
      ...certificateFindings(all, certificateDays, caddy.now()),
      ...driftFindings(all.map(({ instance, config }) => ({ instance, value: config }))),
    ],
  };
});

/** `20/22 up, 2 unchecked`: what nobody checks is not up. */
function upstreamWords({
  total,
  up,
  unchecked,
  unknown,
}: ReturnType<typeof upstreamCounts>): string {
  return [
    `${up}/${total} up`,
    unchecked > 0 && `${unchecked} unchecked`,
    unknown > 0 && `${unknown} unknown`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Counters start again with every reload (2.9 and newer) or restart: no rate, only what there was. */
function errorFact(all: readonly Checkup[]): Record<string, string> {
  const tallies = all.flatMap(({ traffic }) => (traffic ? [...traffic.tallies.values()] : []));
  const sum = (of: (tally: Tally) => number): number =>
    tallies.reduce((n, tally) => n + of(tally), 0);
  return all.some(({ traffic }) => traffic)
    ? {
        '5xx since reload': `${count(sum(({ errors }) => errors))} of ${count(sum(({ requests }) => requests))}`,
      }
    : {};
}

function certificateFact(all: readonly Checkup[], now: number): Record<string, string> {
  const end = nextExpiry(all);
  const [seen, named] = [
    Math.max(...all.map(({ certificates = [] }) => certificates.length)),
    Math.max(...all.map((one) => one.named)),
  ];
  const cut = seen < named ? `, ${seen} of ${named} looked at` : '';
  return end === undefined
    ? {}
    : {
        certificates: `${end <= now ? 'one has expired' : `next ends in ${duration((end - now) / 1000)}`}${cut}`,
      };
}

const statusFindings = ({ instance, config, metrics }: Checkup): Finding[] => [
  ...(Object.keys(config).length > 0
    ? []
    : [
        {
          id: `caddy.no-config/${instance}`,
          severity: 'critical' as const,
          subject: instance,
          message: `${instance} runs without a config: it serves nothing`,
          next: { tool: 'caddy_get_config', arguments: {} },
        },
      ]),
  ...(!reloadFailed(metrics)
    ? []
    : [
        {
          id: `caddy.reload-failed/${instance}`,
          severity: 'warning' as const,
          subject: instance,
          message: `The last reload of ${instance} failed: it still runs the config it had before`,
          evidence: 'caddy_config_last_reload_successful 0',
          next: { tool: 'caddy_get_config', arguments: {} },
        },
      ]),
];
