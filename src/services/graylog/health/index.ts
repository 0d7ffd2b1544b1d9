import type { Check, Finding, Report } from '../../../core/health.ts';
import { percent } from '../../../core/base/units.ts';
import { fill, journals } from '../journal.ts';
import { health as examine, type Graylog } from '../client.ts';
import { clusterFindings, failureFindings, indexer, refused } from './indexer.ts';
import { inputFindings, journalFindings, nodeFindings } from './nodes.ts';
import { notificationFindings } from './notifications.ts';
import type { Place } from './finding.ts';
import { counts, errorSpike, silence } from './rates.ts';
import { sum } from '../schema/nodes.ts';
import { notificationsOf } from '../permitted-lists.ts';

interface Seen extends Report {
  version: string;
  ingest: number | undefined;
}

export const health = examine(async (service, check) => {
  const named = service.names.length > 1;
  const seen = await service.all((graylog, instance) =>
    one(
      graylog,
      { instance, named, now: service.now(), settings: graylog.settings },
      named ? (what, ask) => check(`${what} of ${instance}`, ask) : check,
    ),
  );
  const ingest = seen.flatMap(({ value }) => value.ingest ?? []);
  return {
    version: [...new Set(seen.map(({ value }) => value.version))].join(', '),
    ...(ingest.length > 0 && {
      headline: `ingest ${messages(ingest.reduce((all, rate) => all + rate, 0))}`,
    }),
    facts: Object.fromEntries(
      seen.flatMap(({ instance, value }) =>
        Object.entries(value.facts).map(([name, fact]) => [
          named ? `${instance} ${name}` : name,
          fact,
        ]),
      ),
    ),
    findings: seen.flatMap(({ value }) => value.findings),
  };
});

const messages = (perSecond: number): string => `${Math.round(perSecond * 10) / 10} msg/s`;

async function one(graylog: Graylog, place: Place, check: Check): Promise<Seen> {
  const [{ version }, rates, nodes, waiting, counted, cluster, lost, notifications, inputs] =
    await Promise.all([
      graylog.system(),
      check('ingest rate', graylog.rates),
      check('nodes', graylog.nodes),
      check('journal', () => journals(graylog)),
      check('error rate and new messages', () => counts(graylog)),
      check('index cluster', () => indexer(graylog)),
      check('indexing failures', () => refused(graylog, place.now - 3_600_000)),
      check('notifications', () => notificationsOf(graylog)),
      check('inputs', graylog.inputs),
    ]);
  const ingest = rates && sum(rates, 'input');
  const measured: Finding[] = [
    ...nodeFindings(nodes ?? [], place),
    ...(waiting ?? []).flatMap((journal) => journalFindings(journal, place)),
    ...inputFindings(inputs ?? [], place),
    ...(cluster ? clusterFindings(cluster, place) : []),
    ...(lost ? failureFindings(lost, place) : []),
    ...(counted ? errorSpike(counted, place) : []),
  ];
  const explained = measured.some(({ id }) =>
    /^graylog\.(indexing-behind|journal-filling|processing-paused|index-cluster-(down|red))\//.test(
      id,
    ),
  );
  const findings = [...measured, ...(counted && !explained ? silence(counted, ingest, place) : [])];
  const full = waiting?.flatMap(({ journal }) => (journal ? [fill(journal)] : []));
  return {
    version,
    ingest,
    facts: {
      ...(ingest !== undefined && { ingest: messages(ingest) }),
      ...(counted && { 'errors in the last hour': counted.errors.total }),
      ...(full && full.length > 0 && { journal: percent(Math.max(...full)) }),
      ...(cluster && { 'index cluster': cluster.health?.status ?? 'does not answer' }),
      ...(inputs && {
        inputs: `${inputs.filter(({ state }) => state === 'RUNNING').length} of ${inputs.length} running`,
      }),
    },
    findings: [...findings, ...notificationFindings(notifications ?? [], findings, place)],
  };
}
