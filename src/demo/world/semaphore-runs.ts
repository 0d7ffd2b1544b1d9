import type { Base } from './base.ts';
import { day, hour, lastSunday, lastTime, minute, second } from './clock.ts';
import type { JobTask, JobTemplate } from './semaphore-types.ts';

export type { JobTask } from './semaphore-types.ts';

export type NewTask = Pick<JobTask, 'templateId' | 'projectId' | 'createdAt'> & Partial<JobTask>;

/** Adds a run with the next id; it waits, unless told otherwise. */
export function addTask(tasks: JobTask[], task: NewTask): JobTask {
  const id = Math.max(100, ...tasks.map((task) => task.id)) + 1;
  const whole: JobTask = {
    id,
    status: 'waiting',
    startedAt: null,
    endedAt: null,
    userId: null,
    scheduleId: null,
    buildTaskId: null,
    message: '',
    version: null,
    commit: null,
    environment: '',
    arguments: null,
    branch: null,
    inventoryId: null,
    dryRun: false,
    diff: false,
    params: {},
    output: [],
    endsAt: null,
    ...task,
  };
  tasks.push(whole);
  return whole;
}

const colour = { ok: 32, changed: 33, failed: 31 };
const paint = (kind: keyof typeof colour, line: string): string =>
  `\u001b[0;${colour[kind]}m${line}\u001b[0m`;
const rule = (title: string): string => `${title} ${'*'.repeat(Math.max(3, 72 - title.length))}`;

export interface Play {
  name: string;
  playbook: string;
  hosts: readonly string[];
  failed?: { host: string; message: string } | undefined;
}

/** What Ansible prints, colours and all. */
export function playOutput(id: number, { name, playbook, hosts, failed }: Play): string[] {
  const result = (host: string) => (failed?.host === host ? 'failed' : 'changed');
  return [
    `Task ${name} ${id} added to queue`,
    `Started: ${id}`,
    `Run TaskRunner with template: ${name}`,
    '',
    `Preparing: ${id}`,
    'Updating Repository https://git.lab.example.net/ops/playbooks.git',
    rule('PLAY [all]'),
    '',
    rule('TASK [Gathering Facts]'),
    ...hosts.map((host) => paint('ok', `ok: [${host}]`)),
    '',
    rule(`TASK [${playbook.replace(/\.yml$/, '')} : apply]`),
    ...hosts.map((host) =>
      failed?.host === host
        ? paint(
            'failed',
            `fatal: [${host}]: FAILED! => {"changed": false, "msg": "${failed.message}"}`,
          )
        : paint('changed', `changed: [${host}]`),
    ),
    '',
    rule('PLAY RECAP'),
    ...hosts.map((host) =>
      paint(
        result(host),
        `${host.padEnd(26)} : ok=${failed?.host === host ? 1 : 2}    changed=${failed?.host === host ? 0 : 1}    unreachable=0    failed=${failed?.host === host ? 1 : 0}    skipped=0    rescued=0    ignored=0`,
      ),
    ),
    ...(failed ? ['Failed to run task: exit status 2'] : []),
  ];
}

/** A run that is over, or still going when it would end later than now. */
export function pastTask(
  base: Base,
  tasks: JobTask[],
  template: JobTemplate,
  createdAt: number,
  seconds: number,
  details: Partial<JobTask> & { failed?: Play['failed'] } = {},
): JobTask {
  const { failed, ...rest } = details;
  const { id: templateId, projectId, name, playbook, app } = template;
  const task = addTask(tasks, {
    templateId,
    projectId,
    createdAt,
    startedAt: createdAt + 4 * second,
    commit: 'b1f0c6d9a5e24ad3c7e7f35b8d0a2c4e6f8091a3',
    ...rest,
  });
  const end = createdAt + (4 + seconds) * second;
  if (end > base.now()) Object.assign(task, { status: 'running', endsAt: end });
  else
    Object.assign(task, {
      status: failed ? 'error' : (rest.status ?? 'success'),
      endedAt: rest.endedAt ?? end,
    });
  task.output =
    app === 'ansible'
      ? playOutput(task.id, {
          name,
          playbook,
          hosts: failed ? [failed.host, 'dns1'] : ['dns1', 'caddy1'],
          failed,
        })
      : [`Started: ${task.id}`, `${playbook}: done`];
  return task;
}

/** Ends what has run long enough. */
export function settle({ now }: Base, tasks: readonly JobTask[]): void {
  for (const task of tasks)
    if (task.status === 'running' && task.endsAt !== null && task.endsAt <= now())
      Object.assign(task, { status: 'success', endedAt: task.endsAt, endsAt: null });
}

/** What has run: three Sundays of patches, a week of nightly jobs, and what people started. */
export function createRuns(base: Base, templates: readonly JobTemplate[]): JobTask[] {
  const now = base.now();
  const template = (id: number): JobTemplate =>
    templates.find((known) => known.id === id) ??
    (() => {
      throw new Error(`no template ${id}`);
    })();
  const runs: { at: number; add(tasks: JobTask[]): void }[] = [];
  const run = (
    id: number,
    at: number,
    seconds: number,
    details: Partial<JobTask> & { failed?: Play['failed'] } = {},
  ): void => {
    runs.push({
      at,
      add: (tasks) => void pastTask(base, tasks, template(id), at, seconds, details),
    });
  };
  for (const n of [0, 1, 2])
    run(1, lastSunday(now - 30 * minute, 3) + 30 * minute - 7 * n * day, 1_420, { scheduleId: 1 });
  for (const n of [0, 1, 2, 3, 4, 5, 6]) {
    run(2, lastTime(now - 15 * minute, 4, n) + 15 * minute, 96, { scheduleId: 2 });
    run(4, lastTime(now - 45 * minute, 1, n) + 45 * minute, 33, { scheduleId: 3 });
  }
  // Failed once, and the next run went well: no failure any more.
  run(3, now - 3 * day - 2 * hour, 14, {
    userId: 2,
    failed: { host: 'caddy2', message: 'Adapting config: unrecognized directive: revers_proxy' },
  });
  run(3, now - 3 * day - hour, 22, { userId: 2 });
  run(3, now - 26 * hour, 19, {
    userId: 2,
    dryRun: true,
    diff: true,
    params: { dry_run: true, diff: true },
  });
  run(5, now - 8 * day, 41, { userId: 2 });
  run(7, now - 12 * day, 180, { userId: 2, version: '1.4.0' });
  run(9, now - 5 * day, 240, { userId: 2 });
  run(9, now - 4 * day, 61, { userId: 2, status: 'stopped' });
  const built = now - 12 * day + 190 * second;
  runs.push({
    at: built,
    add: (tasks) =>
      void pastTask(base, tasks, template(8), built, 35, {
        buildTaskId: tasks.find(({ templateId }) => templateId === 7)?.id ?? null,
      }),
  });
  const tasks: JobTask[] = [];
  for (const { add } of runs.sort((a, b) => a.at - b.at)) add(tasks);
  return tasks;
}
