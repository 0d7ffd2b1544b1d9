import { expect, test } from 'vitest';
import { UnreachableError } from '../../core/base/errors.ts';
import type { N8n } from './client.ts';
import { lastRuns } from './last-runs.ts';
import type { Execution } from './schema/index.ts';

const run = (id: string, workflowId: string, startedAt: number): Execution => ({
  id,
  workflowId,
  status: 'success',
  mode: 'trigger',
  startedAt,
  stoppedAt: startedAt,
  waitTill: undefined,
  retryOf: undefined,
  retrySuccessId: undefined,
});

/** An n8n of which one workflow's runs are late. */
const client = {
  executions: async ({ workflowId }: { workflowId: string }) => {
    if (workflowId === 'late') throw new UnreachableError('no answer within 10 s');
    return { rows: [run('9', workflowId, 90)], hasMore: false };
  },
} as unknown as N8n;

test('one look-up that is late leaves one workflow unread, and too many leave the rest', async () => {
  const workflows = ['known', 'late', 'quiet', 'last'].map((id) => ({ id }));
  const runs = await lastRuns(client, workflows, [run('1', 'known', 10)], {
    limit: 2,
    isNeeded: (_workflow, known) => known.length === 0,
  });
  expect(['known', 'late', 'quiet', 'last'].map((id) => runs.of(id).length)).toEqual([1, 0, 1, 0]);
  expect([...runs.unread]).toEqual([
    ['last', 'more than 2 to ask one by one'],
    ['late', 'no answer within 10 s'],
  ]);
});

test('runs are newest first by when they started, whatever their ids', async () => {
  const known = [run('7', 'a', 10), run('3', 'a', 30), run('5', 'a', 20)];
  const runs = await lastRuns(client, [], known, { limit: 0, isNeeded: () => false });
  expect(runs.of('a').map(({ id }) => id)).toEqual(['3', '5', '7']);
});
