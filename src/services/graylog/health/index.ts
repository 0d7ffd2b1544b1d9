import type { Finding, Report } from '../../../core/health.ts';
import { percent } from '../../../core/base/units.ts';
import { health as defineHealth } from '../client.ts';
import { fillShare } from '../journal.ts';
import { examine, type Checkup } from './checkup.ts';
import { errorSpikeFindings } from './error-spike.ts';
import { indexClusterFindings } from './index-cluster.ts';
import { indexingFailureFindings } from './indexing-failures.ts';
import { ingestFindings } from './ingest.ts';
import { inputFindings } from './inputs.ts';
import { journalFindings } from './journals.ts';
import { nodeFindings } from './nodes.ts';
import { notificationFindings } from './notifications.ts';

/** All clusters at once; findings and facts name their instance where there are several. */
export const health = defineHealth(async (fleet, check) => {
  const several = fleet.names.length > 1;
  const now = fleet.now();
  const answers = await fleet.all((graylog, instance) =>
    examine(
      graylog,
      { instance, several, now },
      several ? (what, ask) => check(`${what} of ${instance}`, ask) : check,
    ),
  );
  const checkups = answers.map(({ value }) => value);
  return {
    version: [...new Set(checkups.map(({ version }) => version))].join(', '),
    ...headline(checkups),
    facts: Object.fromEntries(
      checkups.flatMap((checkup) =>
        Object.entries(factsOf(checkup)).map(([name, fact]) => [
          several ? `${checkup.instance} ${name}` : name,
          fact,
        ]),
      ),
    ),
    findings: checkups.flatMap(findingsOf),
  };
});

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
  ];
  const explained = measured.some(({ id }) => explainsSilence.test(id));
  const findings = [...measured, ...(explained ? [] : ingestFindings(checkup))];
  return [...findings, ...notificationFindings(checkup, findings)];
}

/** The rate of all instances together; none where nobody told it. */
function headline(checkups: readonly Checkup[]): Pick<Report, 'headline'> {
  const rates = checkups.flatMap(({ inputPerSecond }) => inputPerSecond ?? []);
  let sum = 0;
  for (const rate of rates) sum += rate;
  return rates.length > 0 ? { headline: `ingest ${rateText(sum)}` } : {};
}

function factsOf({ inputPerSecond, counts, journals, indexer, inputs }: Checkup): Report['facts'] {
  const shares = journals?.flatMap(({ journal }) => (journal ? [fillShare(journal)] : [])) ?? [];
  return {
    ...(inputPerSecond !== undefined && { ingest: rateText(inputPerSecond) }),
    ...(counts && { 'errors in the last hour': counts.errors.total }),
    ...(shares.length > 0 && { journal: percent(Math.max(...shares)) }),
    ...(indexer && { 'index cluster': indexer.health?.status ?? 'does not answer' }),
    ...(inputs && {
      inputs: `${inputs.filter(({ state }) => state === 'RUNNING').length} of ${inputs.length} running`,
    }),
  };
}

const rateText = (perSecond: number): string => `${Math.round(perSecond * 10) / 10} msg/s`;
