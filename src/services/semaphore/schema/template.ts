import * as z from 'zod';
import { parseJson } from '../../../core/base/json.ts';
import { oneLine } from '../../../core/base/text.ts';
import { flag, listOf, maybe, ref, text, title, words } from './fields.ts';
import { Task } from './task.ts';

const SurveyVar = z
  .object({
    name: z.string(),
    title: text,
    required: flag,
    type: text,
    default_value: text,
    values: listOf(z.object({ name: text, value: text })),
  })
  .transform(({ default_value, values, ...variable }) => ({
    ...variable,
    defaultValue: default_value || undefined,
    values: values.map(({ value }) => value),
  }));
export type SurveyVar = z.output<typeof SurveyVar>;

const TaskParams = z
  .object({
    allow_override_limit: flag,
    allow_override_tags: flag,
    allow_override_skip_tags: flag,
    allow_override_inventory: flag,
    auto_approve: flag,
    limit: words,
    tags: words,
    skip_tags: words,
  })
  .nullish()
  .catch(undefined);

/** A job template. `allows`: what a run may override; what the version does not tell counts as not allowed. `autorun` counts only in one that was asked for by its id: lists may leave it out. */
export const Template = z
  .object({
    id: z.int(),
    project_id: z.int(),
    name: title,
    app: text,
    type: text,
    playbook: text.transform((value) => oneLine(value)),
    inventory_id: ref,
    environment_id: ref,
    environment_ids: listOf(z.int()),
    build_template_id: ref,
    arguments: z.union([z.string(), z.array(z.string())]).nullish(),
    git_branch: text,
    description: text,
    autorun: flag,
    survey_vars: listOf(SurveyVar),
    runner_tag: text,
    permissions: maybe(z.int()),
    allow_override_args_in_task: flag,
    allow_override_branch_in_task: flag,
    allow_parallel_tasks: flag,
    task_params: TaskParams,
    last_task: maybe(Task),
  })
  .transform((template) => ({
    id: template.id,
    projectId: template.project_id,
    name: template.name,
    app: template.app,
    type: template.type,
    playbook: template.playbook,
    inventoryId: template.inventory_id,
    environmentIds: [...new Set([template.environment_id ?? [], template.environment_ids].flat())],
    buildTemplateId: template.build_template_id,
    arguments: oneLine(shellWords(template.arguments).join(' '), 500) || undefined,
    argumentWords: shellWords(template.arguments),
    branch: template.git_branch || undefined,
    description: template.description || undefined,
    autorun: template.autorun,
    survey: template.survey_vars,
    runnerTag: template.runner_tag || undefined,
    permissions: template.permissions,
    parallel: template.allow_parallel_tasks,
    limit: template.task_params?.limit ?? [],
    tags: template.task_params?.tags ?? [],
    skipTags: template.task_params?.skip_tags ?? [],
    autoApprove: template.task_params?.auto_approve ?? false,
    allows: {
      arguments: template.allow_override_args_in_task,
      branch: template.allow_override_branch_in_task,
      limit: template.task_params?.allow_override_limit ?? false,
      tags: template.task_params?.allow_override_tags ?? false,
      skipTags: template.task_params?.allow_override_skip_tags ?? false,
      inventory: template.task_params?.allow_override_inventory ?? false,
    },
    lastTask: template.last_task,
  }));
export type Template = z.output<typeof Template>;

/** `arguments` is a string that holds a JSON array, or for Terraform an object of arrays, which stays as it is. */
function shellWords(value: string | string[] | null | undefined): string[] {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  if (Array.isArray(parsed)) return parsed.map(String);
  return value ? [String(value)] : [];
}
