import { day, hour, lastTime, minute } from '../world/clock.ts';
import type { World } from '../world/index.ts';
import { addTask, pastTask, type JobTask } from '../world/semaphore-runs.ts';
import type { JobTemplate } from '../world/semaphore.ts';
import type { Incident } from './incident.ts';

function template({ semaphore }: World, id: number): JobTemplate {
  const known = semaphore.templates.find((template) => template.id === id);
  if (!known) throw new Error(`this world has no job template ${id}`);
  return known;
}

const run = (
  world: World,
  id: number,
  ago: number,
  seconds: number,
  details: Parameters<typeof pastTask>[5],
): JobTask =>
  pastTask(world, world.semaphore.tasks, template(world, id), world.now() - ago, seconds, details);

const going = (world: World, id: number, ago: number): void => {
  Object.assign(run(world, id, ago, 0, { userId: 2 }), {
    status: 'running',
    endedAt: null,
    endsAt: null,
  });
};

export const semaphoreIncidents = {
  'job-failed': {
    title: 'Certificates could not be rotated on caddy2 in the last run',
    expect: 'semaphore.template-failed/1/2',
    apply: (world) =>
      void run(world, 2, 2 * minute, 41, {
        userId: 2,
        failed: {
          host: 'caddy2',
          message: 'step ca renew: dial tcp 10.0.10.30:443: connect: connection refused',
        },
      }),
  },
  'job-queue-stuck': {
    title: 'A job has been waiting for 50 minutes and no runner takes it',
    expect: 'semaphore.task-waiting/1',
    apply: (world) =>
      void addTask(world.semaphore.tasks, {
        templateId: 4,
        projectId: 1,
        createdAt: world.now() - 50 * minute,
        userId: 2,
      }),
  },
  'job-schedule-missed': {
    title: 'The nightly configuration job has not started for two nights',
    expect: 'semaphore.schedule-missed/1/3',
    apply(world) {
      const since = lastTime(world.now() - 2 * hour, 1, 1);
      world.semaphore.schedulerRuns = false;
      world.semaphore.tasks = world.semaphore.tasks.filter(
        ({ scheduleId, createdAt }) => scheduleId !== 3 || createdAt < since,
      );
    },
  },
  'job-hung': {
    title: 'Semaphore restarted, and a job has been running for two days since',
    expect: 'semaphore.task-hung/1',
    apply: (world) => going(world, 1, 2 * day),
  },
  'job-unconfirmed': {
    title: 'A plan of the DNS records has waited for its confirmation since yesterday',
    expect: 'semaphore.task-unconfirmed/1',
    apply(world) {
      Object.assign(run(world, 5, 26 * hour, 0, { userId: 2 }), {
        status: 'waiting_confirmation',
        endedAt: null,
        endsAt: null,
      });
      addTask(world.semaphore.tasks, {
        templateId: 5,
        projectId: 1,
        createdAt: world.now() - 2 * hour,
        userId: 2,
      });
    },
  },
  'job-planned': {
    title: 'A plan of the DNS records waits for its confirmation since an hour: nothing is wrong',
    apply: (world) =>
      void Object.assign(run(world, 5, hour, 0, { userId: 2 }), {
        status: 'waiting_confirmation',
        endedAt: null,
        endsAt: null,
      }),
  },
  'job-fixed': {
    title: 'A Caddy deployment failed and the next one went well: nothing is wrong',
    apply(world) {
      run(world, 3, 20 * minute, 12, {
        userId: 2,
        failed: {
          host: 'caddy1',
          message: 'Adapting config: unrecognized directive: revers_proxy',
        },
      });
      run(world, 3, 10 * minute, 20, { userId: 2 });
    },
  },
  'job-dry-run-failed': {
    title: 'A dry run of the patches failed on dns2: nothing is wrong',
    apply: (world) =>
      void run(world, 1, 10 * minute, 60, {
        userId: 2,
        dryRun: true,
        params: { dry_run: true },
        failed: { host: 'dns2', message: "No package matching 'chrony' is available" },
      }),
  },
  'job-queued': {
    title: 'Patches run for half an hour and the next run waits its turn: nothing is wrong',
    apply(world) {
      going(world, 1, 30 * minute);
      addTask(world.semaphore.tasks, {
        templateId: 1,
        projectId: 1,
        createdAt: world.now() - 25 * minute,
        userId: 2,
      });
    },
  },
} satisfies Record<string, Incident>;
