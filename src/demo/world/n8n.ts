import type { Base } from './base.ts';
import { day, hour, lastTime, minute, second } from './clock.ts';

/** What n8n does and did. Times ms. */
export interface N8nWorld {
  version: string;
  workflows: Workflow[];
  /** Oldest first; numbers rise. */
  runs: Run[];
  /** When the process started: 1.x lists only those waiting runs that it does not hold in memory. */
  startedAt: number;
  /** EXECUTIONS_DATA_SAVE_ON_SUCCESS: where it is off, runs that succeed leave no trace. */
  savesSuccesses: boolean;
}
/** `saveSuccess` is the workflow's own setting, null: as n8n is set. `draft`: edited since it was published. */
export interface Workflow {
  id: string;
  name: string;
  active: boolean;
  archived: boolean;
  tags: string[];
  trigger: string;
  steps: string[];
  /** URLs of those steps that call a service of the homelab. */
  calls: Record<string, string>;
  draft: boolean;
  saveSuccess: boolean | null;
  createdAt: number;
  updatedAt: number;
}
export type RunStatus =
  | 'new'
  | 'running'
  | 'success'
  | 'error'
  | 'crashed'
  | 'canceled'
  | 'waiting'
  | 'unknown';
/** What went wrong in which step; `code` as n8n keeps it, a text. */
export interface RunError {
  step: string;
  message: string;
  description: string | null;
  name?: string;
  code?: string;
}
export interface Run {
  id: number;
  workflow: string;
  status: RunStatus;
  mode: string;
  startedAt: number;
  stoppedAt: number | null;
  waitTill: number | null;
  retryOf: number | null;
  error: RunError | null;
}

/** Adds the newest run. */
export function addRun(runs: Run[], run: Partial<Run> & Pick<Run, 'workflow' | 'startedAt'>): Run {
  const whole: Run = {
    id: (runs.at(-1)?.id ?? 4_100) + 1,
    status: 'success',
    mode: 'trigger',
    waitTill: null,
    retryOf: null,
    error: null,
    stoppedAt: run.status === 'running' ? null : run.startedAt + 3 * second,
    ...run,
  };
  runs.push(whole);
  return whole;
}

type Row = [id: string, name: string, trigger: string, tags: string, ...steps: string[]];
const active: Row[] = [
  [
    'bK4pRn7Zt2VqWm9x',
    'Backup report',
    'scheduleTrigger',
    'backup',
    'Read PBS tasks',
    'Send report',
  ],
  [
    'pL8sXc3Df6GhJk1q',
    'Paperless inbox',
    'webhook',
    'documents',
    'Fetch mail',
    'Upload to Paperless',
  ],
  [
    'rS5tYv2Bn4MqWe7r',
    'Feeds to Miniflux',
    'scheduleTrigger',
    'media',
    'Read feeds',
    'Add to Miniflux',
  ],
  ['hA9uIo6Pl3KjHg4f', 'Doorbell snapshot', 'webhook', 'home', 'Get snapshot', 'Notify phone'],
  [
    'cE1rTy8Ui5OpAs2d',
    'Certificates check',
    'scheduleTrigger',
    'infra',
    'Ask Caddy',
    'Compare dates',
  ],
  ['wA7iTq4Zx9CvBn6m', 'Order reminder', 'webhook', 'home', 'Wait', 'Remind'],
  ['eR3rOr5Wo8RkFl0w', 'On error: notify', 'errorTrigger', 'infra', 'Notify phone'],
];
const idle: Row[] = [
  ['oL2dSy7Nc4PhOt0s', 'Old photo sync', 'scheduleTrigger', 'media', 'Copy files'],
  ['tE6sT1ng8Scr4tch', 'Scratch', 'manualTrigger', '', 'HTTP Request'],
];

/** Steps and the guests they call; the others ask somebody on the internet. */
const called: Record<string, string> = {
  'Upload to Paperless': 'paperless',
  'Add to Miniflux': 'miniflux',
};

const workflow = (
  { now, fqdn }: Base,
  [id, name, trigger, tags, ...steps]: Row,
  i: number,
): Workflow => ({
  id,
  name,
  trigger,
  steps,
  calls: Object.fromEntries(
    steps.flatMap((step) => (called[step] ? [[step, `https://${fqdn(called[step])}`]] : [])),
  ),
  tags: tags ? [tags] : [],
  active: true,
  archived: false,
  draft: false,
  saveSuccess: null,
  createdAt: now() - (200 - i) * day,
  updatedAt: now() - (30 + i) * day,
});

export function createN8n(base: Base): N8nWorld {
  return {
    version: '2.41.1',
    startedAt: base.now() - 2 * day,
    savesSuccesses: true,
    runs: createRuns(base),
    workflows: [...active, ...idle].map((row, i) => ({
      ...workflow(base, row, i),
      active: i < active.length,
      archived: row[1] === 'Scratch',
    })),
  };
}

/** Three days of runs. One failed and its next run did not; one was tried by hand and failed; one waits for a month. */
function createRuns({ now }: Base): Run[] {
  const past: Omit<Run, 'id'>[] = [];
  const run = (workflow: string, startedAt: number, details: Partial<Run> = {}): void => {
    past.push({
      workflow,
      startedAt,
      stoppedAt: startedAt + 3 * second,
      status: 'success',
      mode: 'trigger',
      waitTill: null,
      retryOf: null,
      error: null,
      ...details,
    });
  };
  for (const daysAgo of [2, 1, 0]) {
    run('bK4pRn7Zt2VqWm9x', lastTime(now(), 6, daysAgo));
    run('cE1rTy8Ui5OpAs2d', lastTime(now(), 7, daysAgo));
  }
  for (let at = now() - 3 * day + 13 * minute; at < now(); at += hour) run('rS5tYv2Bn4MqWe7r', at);
  for (const hoursAgo of [61, 44, 27, 9, 4])
    run('hA9uIo6Pl3KjHg4f', now() - hoursAgo * hour - 7 * minute, { mode: 'webhook' });
  const refused: RunError = {
    step: 'Upload to Paperless',
    message: 'The service refused the connection - perhaps it is offline',
    description: null,
    name: 'NodeApiError',
    code: 'ECONNREFUSED',
  };
  run('pL8sXc3Df6GhJk1q', now() - 30 * hour, { mode: 'webhook', status: 'error', error: refused });
  run('eR3rOr5Wo8RkFl0w', now() - 30 * hour + 5 * second, { mode: 'error' });
  run('pL8sXc3Df6GhJk1q', now() - 26 * hour, { mode: 'webhook' });
  run('cE1rTy8Ui5OpAs2d', now() - 90 * minute, {
    mode: 'manual',
    status: 'error',
    error: {
      step: 'Compare dates',
      message: "Cannot read properties of undefined (reading 'notAfter') [line 4]",
      description: null,
    },
  });
  run('wA7iTq4Zx9CvBn6m', now() - 2 * hour, {
    mode: 'webhook',
    status: 'waiting',
    waitTill: now() + 30 * day,
  });
  const runs: Run[] = [];
  for (const ended of past.toSorted((a, b) => a.startedAt - b.startedAt)) addRun(runs, ended);
  return runs;
}
