import type { JsonObject } from '../../core/base/json.ts';

/** Arguments with which each tool works on the demo homelab. */
export const examples: Readonly<Record<string, JsonObject>> = {
  semaphore_list_projects: {},
  semaphore_list_templates: { project: 'Homelab' },
  semaphore_run_task: {
    project: 'Homelab',
    template: 'Patch guests',
    dry_run: true,
    limit: ['dns'],
  },
  semaphore_task_status: { project: 'Homelab', task: 120 },
  semaphore_list_tasks: { project: 'Homelab', template: 'Patch guests', limit: 5 },
  semaphore_task_output: { project: 'Homelab', task: 120, limit: 20 },
  semaphore_list_inventories: { project: 'Homelab' },
  semaphore_list_environments: { project: 'Homelab' },
};
