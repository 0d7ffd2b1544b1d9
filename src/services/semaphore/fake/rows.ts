import type {
  JobEnvironment,
  JobInventory,
  JobSchedule,
  SemaphoreWorld,
} from '../../../demo/world/semaphore.ts';
import { goTime, isOld, older, omitEmpty, type Row } from './generation.ts';

/** The project in the shape of db/Project.go. */
export function projectRow(
  { id, name, createdAt, maxParallelTasks }: SemaphoreWorld['projects'][number],
  version: string,
): Row {
  const row = { id, name, created: goTime(createdAt) };
  return isOld(version)
    ? { ...row, alert: false, alert_chat: null, max_parallel_tasks: maxParallelTasks }
    : { ...row, ...omitEmpty({ max_parallel_tasks: maxParallelTasks }), type: '' };
}

/** The inventory in the shape of db/Inventory.go. */
export const inventoryRow = ({
  id,
  projectId,
  name,
  type,
  content,
  templateId,
}: JobInventory): Row => ({
  id,
  name,
  project_id: projectId,
  inventory: content,
  ssh_key_id: 1,
  become_key_id: null,
  type,
  template_id: templateId,
  repository_id: type === 'file' ? 1 : null,
});

/** The variable group in the shape of db/Environment.go; values of secrets stay out, and lists leave the secrets out altogether. */
export const environmentRow = (
  { id, projectId, name, json, env, secrets }: JobEnvironment,
  version: string,
  single: boolean,
): Row => ({
  id,
  name,
  project_id: projectId,
  password: null,
  json,
  env,
  ...(single &&
    secrets.length > 0 &&
    !older(version, 2, 10) && { secrets: secrets.map((secret) => ({ ...secret, secret: '' })) }),
});

/** The schedule in the shape of db/Schedule.go. */
export function scheduleRow(
  { id, projectId, templateId, name, cron, active, repositoryId, runAt }: JobSchedule,
  world: SemaphoreWorld,
  version: string,
): Row {
  const row = {
    id,
    project_id: projectId,
    template_id: templateId,
    cron_format: runAt === null ? cron : '',
    repository_id: repositoryId,
  };
  if (older(version, 2, 10)) return row;
  const named = {
    ...row,
    name,
    active,
    tpl_name: world.templates.find((template) => template.id === templateId)?.name ?? '',
  };
  return isOld(version)
    ? named
    : {
        ...named,
        type: runAt === null ? '' : 'run_at',
        delete_after_run: false,
        ...(runAt !== null && { run_at: goTime(runAt) }),
      };
}

/** The event in the shape of db/Event.go. */
export const eventRow = ({
  projectId,
  type,
  id,
  description,
  at,
}: SemaphoreWorld['events'][number]): Row => ({
  user_id: 2,
  project_id: projectId,
  integration_id: null,
  object_id: id,
  object_type: type,
  description,
  created: goTime(at),
  object_name: '',
  project_name: 'Homelab',
  username: 'operator',
});
