import type { Finding, Report } from '../../../core/health.ts';
import type { Thing } from '../../../core/map.ts';
import { count, percent } from '../../../core/base/units.ts';
import { health as defineHealth } from '../client.ts';
import { diskShare } from '../journal.ts';
import { thingsOf } from '../things.ts';
import { examine, type Checkup } from './checkup.ts';
import { errorSpikeFindings } from './error-spike.ts';
import { indexClusterFindings } from './index-cluster.ts';
import { indexingFailureFindings } from './indexing-failures.ts';
import { ingestFindings } from './ingest.ts';
import { inputFindings } from './inputs.ts';
import { journalFindings } from './journals.ts';
import { nodeFindings } from './nodes.ts';
import { notificationFindings } from './notifications.ts';
import { tokenFindings } from './token.ts';

/** All clusters at once; findings and facts name their instance where there are several. */
export const health = defineHealth(async (fleet, check) => {
  const { several } = fleet;
  const now = fleet.now();
  const answers = await fleet.all((graylog, instance) =>
    examine(graylog, { instance, several, now }, (what, ask, options) =>
      check(several ? `${what} of ${instance}` : what, ask, options),
    ),
  );
  const checkups = answers.map(({ value }) => value);
  return {
    version: [...new Set(checkups.flatMap(({ version }) => version ?? []))].join(', ') || undefined,
    headline: headline(checkups),
    blind: checkups.length > 0 && checkups.every(({ blind }) => blind),
    facts: Object.fromEntries(
      checkups.flatMap((checkup) =>
        Object.entries(factsOf(checkup)).map(([name, fact]) => [
          several ? `${checkup.instance} ${name}` : name,
          fact,
        ]),
      ),
    ),
    findings: checkups.flatMap(findingsOf),
    things: checkups.flatMap((checkup) =>
      thingsOf({ ...checkup, state: stateOf(checkup), sources: sourcesIn(checkup) }),
    ),
  };
});

/** How the server is as a whole: it answers, and may do so alone. */
function stateOf({ nodes, indexer }: Checkup): Thing['state'] {
  const isWhole = nodes?.every(({ node }) => node && node.processing !== false) !== false;
  const isStoring = !indexer || (indexer.health !== undefined && indexer.health.status !== 'red');
  return isWhole && isStoring ? 'up' : 'degraded';
}

/** Hosts in those messages that were looked at for another reason. */
function sourcesIn({ counts }: Checkup): string[] {
  return [
    ...(counts?.errors.messages.flatMap(({ source }) => source ?? []) ?? []),
    ...[counts?.silence?.arrived?.source ?? []].flat(),
  ];
}

/** What explains that nothing new can be found; silence is then no second piece of news. */
const explainsSilence =
  /^graylog\.(indexing-behind|journal-filling|processing-paused|index-cluster-(down|red))\//;

function findingsOf(checkup: Checkup): Finding[] {
  const measured = [
    ...nodeFindings(checkup),
    ...journalFindings(checkup),
    ...inputFindings(checkup),
    ...indexClusterFindings(checkup),
    ...indexingFailureFindings(checkup),
    ...errorSpikeFindings(checkup),
    ...tokenFindings(checkup),
  ];
  const explained = measured.some(({ id }) => explainsSilence.test(id));
  const findings = [...measured, ...(explained ? [] : ingestFindings(checkup))];
  return [...findings, ...notificationFindings(checkup, findings)];
}

/** The rate of all instances together; the name of one whose rate is not known stands beside it. */
function headline(checkups: readonly Checkup[]): string {
  const rates = checkups.flatMap((checkup) => ingestPerSecond(checkup) ?? []);
  const unread = checkups.filter((checkup) => ingestPerSecond(checkup) === undefined);
  if (rates.length === 0) return 'ingest not read';
  let sum = 0;
  for (const rate of rates) sum += rate;
  const without =
    unread.length > 0 ? ` (not read: ${unread.map(({ instance }) => instance).join(', ')})` : '';
  return `ingest ${rateText(sum)}${without}`;
}

/**
 * The mean of the last minutes: a gauge of one second says 0 or 2 where one message a second comes. The gauge decides only where nothing
 * is found, because what arrives may be found later, or under another time.
 */
function ingestPerSecond({ counts, inputPerSecond, settings }: Checkup): number | undefined {
  if (!counts) return undefined;
  if (counts.recent === 0 && inputPerSecond) return inputPerSecond;
  return counts.recent / (settings.silenceMinutes * 60);
}

function factsOf(checkup: Checkup): Report['facts'] {
  const { counts, backlogs, indexer, inputs } = checkup;
  const rate = ingestPerSecond(checkup);
  const shares = backlogs?.flatMap(({ journal }) => (journal ? [diskShare(journal)] : [])) ?? [];
  return {
    ingest: rate === undefined ? undefined : rateText(rate),
    'errors in the last hour': counts?.errors.total,
    ...((shares.length > 0 || !backlogs?.length) && {
      journal: shares.length > 0 ? percent(Math.max(...shares)) : undefined,
    }),
    'index cluster': indexer && (indexer.health?.status ?? 'does not answer'),
    inputs: inputs && inputsText(inputs),
  };
}

/** An input that runs on every node is one input; it runs where it runs on all of them. */
function inputsText(inputs: NonNullable<Checkup['inputs']>): string {
  const known = new Set(inputs.map(({ id }) => id));
  const notRunning = new Set(inputs.filter(({ state }) => state !== 'RUNNING').map(({ id }) => id));
  return `${known.size - notRunning.size} of ${known.size} running`;
}

/** Rare messages are told by the hour. */
function rateText(perSecond: number): string {
  if (perSecond > 0 && perSecond < 1) return `${count(Math.round(perSecond * 3_600))} msg/h`;
  return `${count(perSecond < 10 ? perSecond : Math.round(perSecond))} msg/s`;
}
