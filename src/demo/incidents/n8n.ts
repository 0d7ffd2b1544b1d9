import { day, hour, minute } from '../world/clock.ts';
import { addRun, type RunError } from '../world/n8n.ts';
import type { World } from '../world/index.ts';
import type { Incident } from './incident.ts';

const backupReport = 'bK4pRn7Zt2VqWm9x';
const doorbell = 'hA9uIo6Pl3KjHg4f';
const reminder = 'wA7iTq4Zx9CvBn6m';
const diskFull: RunError = {
  step: 'Send report',
  message: 'disk full on nas1 [line 12]',
  description: null,
};

const fail = ({ n8n, now }: World, details: object = {}): void => {
  addRun(n8n.runs, {
    workflow: backupReport,
    startedAt: now() - 20 * minute,
    status: 'error',
    error: diskFull,
    ...details,
  });
};

export const n8nIncidents = {
  'workflow-failing': {
    title: 'The newest run of the workflow Backup report has failed',
    expect: `n8n.workflow-failing/${backupReport}`,
    apply: (world) => fail(world),
  },
  'workflow-crashed': {
    title: 'The newest run of the workflow Doorbell snapshot died with its process',
    expect: `n8n.workflow-failing/${doorbell}`,
    apply({ n8n, now }) {
      addRun(n8n.runs, {
        workflow: doorbell,
        mode: 'webhook',
        startedAt: now() - 8 * minute,
        status: 'crashed',
      });
    },
  },
  'workflow-stuck': {
    title: 'A run of the workflow Backup report has been running for nine hours',
    expect: 'n8n.run-stuck',
    apply({ n8n, now }) {
      addRun(n8n.runs, { workflow: backupReport, startedAt: now() - 9 * hour, status: 'running' });
    },
  },
  'workflow-overslept': {
    title: 'A run of the workflow Order reminder should have gone on two hours ago',
    expect: 'n8n.wait-overdue',
    apply({ n8n, now }) {
      addRun(n8n.runs, {
        workflow: reminder,
        mode: 'webhook',
        startedAt: now() - day,
        status: 'waiting',
        waitTill: now() - 2 * hour,
      });
    },
  },
  'workflow-test-failed': {
    title: 'Somebody tries the workflow Backup report by hand and it fails: nothing is wrong',
    apply: (world) => fail(world, { mode: 'manual' }),
  },
  'workflow-recovered': {
    title: 'The workflow Backup report failed, was retried and succeeded: nothing is wrong',
    apply(world) {
      fail(world);
      addRun(world.n8n.runs, {
        workflow: backupReport,
        mode: 'retry',
        startedAt: world.now() - 15 * minute,
        retryOf: world.n8n.runs.at(-1)?.id ?? null,
      });
    },
  },
} satisfies Record<string, Incident>;
