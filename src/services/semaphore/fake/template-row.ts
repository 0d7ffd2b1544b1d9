import type { JobTemplate, SemaphoreWorld } from '../../../demo/world/semaphore.ts';
import { isOld, older, omitEmpty, type Row } from './generation.ts';
import { taskRow } from './task-row.ts';
import type { Knobs } from './visit.ts';

/** The template in the shape of db/Template.go; `single`: asked for by its id. The SQL list selects columns, and `autorun` is none of them: it is false there, or left out. */
export function templateRow(
  template: JobTemplate,
  world: SemaphoreWorld,
  knobs: Knobs,
  single: boolean,
  permissions: number,
): Row {
  const { id, projectId, name, playbook, type, allows, survey } = template;
  const { version, database } = knobs;
  const tasks = world.tasks.filter(({ templateId }) => templateId === id);
  const last = tasks.at(-1);
  const row = { id, project_id: projectId, repository_id: 1, name, playbook };
  const old = isOld(version);
  const questions = survey.map(
    ({ name: variable, title, type: kind, required, values, defaultValue }) => {
      const flags = {
        required,
        type: kind,
        description: '',
        values: values.map((value) => ({ name: value, value })),
        default_value: defaultValue,
      };
      return { name: variable, title, ...(old ? flags : omitEmpty(flags)) };
    },
  );
  const details = {
    inventory_id: template.inventoryId,
    environment_id: template.environmentId,
    arguments: template.arguments.length > 0 ? JSON.stringify(template.arguments) : null,
    description: template.description,
    type,
    start_version: null,
    build_template_id: template.buildTemplateId,
    view_id: null,
    autorun: template.autorun && (single || database === 'bolt'),
    allow_override_args_in_task: allows.includes('arguments'),
    suppress_success_alerts: false,
    app: old && older(version, 2, 10, 16) && template.app === 'ansible' ? '' : template.app,
    // Lists leave the survey out until 2.12 (issue 2737).
    survey_vars:
      single || !older(version, 2, 13) ? (questions.length > 0 ? questions : null) : null,
  };
  const lastTask = last && { last_task: taskRow(last, knobs, template) };
  if (old)
    return {
      ...row,
      ...details,
      ...(older(version, 2, 10)
        ? { vault_key_id: null }
        : { vaults: [], git_branch: template.branch, tasks: tasks.length }),
      ...lastTask,
    };
  return {
    ...row,
    ...omitEmpty(details),
    ...omitEmpty({
      git_branch: template.branch,
      task_params: taskParams(template),
      runner_tag: template.runnerTag,
      allow_override_branch_in_task: allows.includes('branch'),
      allow_parallel_tasks: template.parallel,
    }),
    tasks: tasks.length,
    ...lastTask,
    ...(!older(version, 2, 16) && { permissions: single ? permissions : null }),
    ...(!older(version, 2, 18) &&
      template.environmentId !== null && { environment_ids: [template.environmentId] }),
  };
}

function taskParams({ app, allows, limit, autoApprove }: JobTemplate): Row | null {
  if (app !== 'ansible') return autoApprove ? { auto_approve: true } : null;
  return {
    allow_debug: allows.includes('debug'),
    allow_override_inventory: allows.includes('inventory'),
    allow_override_limit: allows.includes('limit'),
    allow_override_tags: allows.includes('tags'),
    allow_override_skip_tags: allows.includes('skipTags'),
    limit: limit.length > 0 ? limit : null,
    tags: null,
    skip_tags: null,
  };
}
