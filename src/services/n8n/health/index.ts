import type { Gap } from '../../../core/gap.ts';
import { health as defineHealth } from '../client.ts';
import { isProduction } from '../last-runs.ts';
import { thingsOf } from '../things.ts';
import { checkUp, type Checkup } from './checkup.ts';
import { failingWorkflows, workflowState } from './failing-workflows.ts';
import { keyExpiring } from './key.ts';
import { openWaits, overdueWaits, stuckRuns, unseenWaits } from './unfinished-runs.ts';

/** The check-up: which workflows fail, which runs hang, and whether the key is about to end. */
export const health = defineHealth(async (n8n, check) => {
  const { several } = n8n;
  const answers = await n8n.all(async (client, instance) => {
    const label = several ? `${instance}: ` : '';
    const checkup = await checkUp(client, instance, label, check);
    return { checkup, failing: await failingWorkflows(client, checkup, label, check) };
  });
  const checkups = answers.map(({ value }) => value.checkup);
  const failing = answers
    .flatMap(({ value }) => value.failing)
    .filter(({ severity }) => severity !== 'info').length;
  const lists = checkups.flatMap(({ workflows }) => (workflows ? [workflows] : []));
  const active = sum(lists.map((workflows) => workflows.length));
  const judged = checkups.every(({ runs }) => runs !== undefined);
  const failedRuns = checkups.flatMap(({ failed }) => failed ?? []);
  const failedCount = sum(failedRuns.map(({ rows }) => rows.filter(isProduction).length));
  return {
    version: [...new Set(checkups.map(({ version }) => version))].join(', '),
    ...(lists.length > 0 && {
      headline: `workflows ${active} active${judged ? `, ${failing} failing` : ''}`,
    }),
    facts: {
      ...(lists.length > 0 && { 'workflows active': active }),
      ...(judged && { failing }),
      ...(failedRuns.length === checkups.length && {
        'failed runs in 24 h': failedRuns.some(({ hasMore }) => hasMore)
          ? `at least ${failedCount}`
          : failedCount,
      }),
    },
    gaps: checkups.flatMap(({ instance, gaps, seesNothing }) => [
      ...gaps,
      ...(seesNothing ? [nothingSeen(several ? `${instance}: ` : '')] : []),
    ]),
    things: checkups.flatMap((checkup) =>
      thingsOf({
        instance: checkup.instance,
        several,
        workflows: checkup.workflows ?? [],
        stateOf: workflowState(checkup),
        nameless: unlistedIn(checkup),
      }),
    ),
    blind: checkups.every(({ seesNothing }) => seesNothing),
    findings: answers.flatMap(({ value: { checkup, failing: failures } }) => [
      ...failures,
      ...stuckRuns(checkup),
      ...overdueWaits(checkup),
      ...openWaits(checkup),
      ...unseenWaits(checkup),
      ...keyExpiring(checkup),
    ]),
  };
});

/** Workflows that a finding may be about although the list of active ones lacks them. */
const unlistedIn = ({ workflows, failed, running, waiting }: Checkup): string[] =>
  [workflows ? undefined : failed, running?.list, waiting].flatMap((page) =>
    (page?.rows ?? []).flatMap(({ workflowId }) => workflowId ?? []),
  );

/** A key sees what its account owns or shares, so an empty n8n and a key that sees nothing look the same. */
const nothingSeen = (label: string): Gap => ({
  what: `${label}any workflow or run`,
  why: 'the key sees none: it shows what its account owns or shares, and that is nothing',
  denied: true,
});

const sum = (amounts: readonly number[]): number =>
  amounts.reduce((total, amount) => total + amount, 0);
