import type { Base } from './base.ts';
import { createInventories } from './semaphore-inventories.ts';
import { createRuns } from './semaphore-runs.ts';
import { createTemplates } from './semaphore-templates.ts';
import type { JobEnvironment, JobSchedule, SemaphoreWorld } from './semaphore-types.ts';

export { hostsOf } from './semaphore-inventories.ts';
export type * from './semaphore-types.ts';

export function createSemaphore(base: Base): SemaphoreWorld {
  const now = base.now();
  const templates = createTemplates();
  const created = now - 500 * 86_400_000;
  const schedule = (
    id: number,
    templateId: number,
    name: string,
    cron: string,
    details: Partial<JobSchedule> = {},
  ): JobSchedule => ({
    id,
    projectId: 1,
    templateId,
    name,
    cron,
    active: true,
    repositoryId: null,
    runAt: null,
    ...details,
  });
  return {
    version: '2.17.12-3e5e0de-1771578346',
    timezone: 'UTC',
    schedulerRuns: true,
    projects: [
      { id: 1, name: 'Homelab', createdAt: created, maxParallelTasks: 0 },
      { id: 2, name: 'Dev boxes', createdAt: created, maxParallelTasks: 1 },
    ],
    templates,
    inventories: createInventories(base),
    environments: createEnvironments(),
    schedules: [
      schedule(1, 1, 'Sunday patches', '30 3 * * 0'),
      schedule(2, 2, 'Nightly certificates', '15 4 * * *'),
      schedule(3, 4, 'Nightly configurations', '45 1 * * *'),
      schedule(4, 3, 'When the repository changes', '*/10 * * * *', { repositoryId: 1 }),
      schedule(5, 9, 'Refresh', '0 6 * * 1', { projectId: 2, active: false }),
    ],
    tasks: createRuns(base, templates),
    events: [
      { projectId: 1, type: 'schedule', id: 2, description: 'Schedule ID 2 created', at: created },
    ],
  };
}

const createEnvironments = (): JobEnvironment[] => [
  {
    id: 1,
    projectId: 1,
    name: 'Production',
    json: '{"ntp_server":"10.0.10.1","smtp_password":"Quiet-Lantern-3","comment":"from the group"}',
    env: '{"RESTIC_PASSWORD":"Copper-Umbrella-9"}',
    secrets: [{ id: 1, type: 'var', name: 'step_ca_provisioner' }],
  },
  { id: 2, projectId: 1, name: 'Empty', json: '{}', env: null, secrets: [] },
];
