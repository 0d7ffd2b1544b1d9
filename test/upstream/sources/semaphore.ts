import { answered, below, json } from '../library.ts';
import type { Shape } from '../form.ts';
import type { Exchange } from '../transcripts.ts';
import { at, type Upstream } from '../upstream.ts';

type Row = Record<string, unknown>;
const project = '/api/project/{project_id}';
/** The recording shows `arguments` as the list its author made of the text (`_note_arguments` there). */
const asText = (row: Row): Row =>
  'arguments' in row && Array.isArray(row['arguments'])
    ? { ...row, arguments: JSON.stringify(row['arguments']) }
    : row;
const recorded = (): Exchange[] =>
  Object.entries(json('semaphore-recorded-2.9.json')).flatMap(([name, body]) =>
    /^(GET|POST) \/api/.test(name)
      ? [
          answered(
            name,
            Array.isArray(body) ? body.map((row) => asText(row as Row)) : asText(body as Row),
          ),
        ]
      : [],
  );

/** §4.3: up to 2.10 what is not set is null, from 2.11 it is not there. */
const unset = (old: boolean, type: string): string => (old ? `${type}|null` : `${type}?`);
const texts = ['arguments', 'start', 'end', 'commit_hash', 'version'];
const numbers = ['user_id', 'build_task_id', 'inventory_id'];
const params: Shape = {
  ...at(
    '',
    Object.fromEntries(
      ['debug', 'dry_run', 'diff', 'plan', 'destroy', 'auto_approve', 'upgrade', 'reconfigure'].map(
        (name) => [name, 'boolean?'],
      ),
    ),
  ),
  '': 'object?',
  debug_level: 'integer?',
  ...Object.fromEntries(
    ['limit', 'tags', 'skip_tags'].flatMap((name) => [
      [name, 'array?'],
      [`${name}[]`, 'string'],
    ]),
  ),
};
const task = (old: boolean): Shape => ({
  '': 'object',
  id: 'integer',
  template_id: 'integer',
  project_id: 'integer',
  status: 'string',
  playbook: 'string',
  created: 'string',
  limit: 'string',
  secret: 'string?',
  commit_message: 'string?',
  message: 'string?',
  environment: 'string?',
  ...(Object.fromEntries([
    ...texts.map((name) => [name, unset(old, 'string')]),
    ...numbers.map((name) => [name, unset(old, 'integer')]),
  ]) as Shape),
  ...(old
    ? { debug: 'boolean', dry_run: 'boolean', diff: 'boolean' }
    : {
        git_branch: 'string?',
        integration_id: 'integer?',
        schedule_id: 'integer?',
        ...at('params', params),
      }),
});
const listed = (old: boolean): Shape => ({
  ...task(old),
  tpl_playbook: 'string',
  tpl_alias: 'string',
  tpl_type: old ? 'string' : 'string?',
  user_name: unset(old, 'string'),
  build_task: old ? 'object|null' : 'object?',
  ...(!old && { tpl_app: 'string?' }),
});
const survey: Shape = {
  '': 'object',
  name: 'string',
  title: 'string',
  required: 'boolean?',
  type: 'string?',
  description: 'string?',
  default_value: 'string?',
  values: 'array?',
  ...at('values[]', { '': 'object', name: 'string', value: 'string' }),
};
const allowed = Object.fromEntries(
  [
    'allow_debug',
    'allow_override_inventory',
    'allow_override_limit',
    'allow_override_tags',
    'allow_override_skip_tags',
    'auto_approve',
  ].map((name) => [name, 'boolean?']),
);
/** §4.2 */
const template = (old: boolean): Shape => ({
  ...(Object.fromEntries([
    ...['arguments', 'description', 'start_version'].map((name) => [name, unset(old, 'string')]),
    ...['inventory_id', 'environment_id', 'build_template_id', 'view_id'].map((name) => [
      name,
      unset(old, 'integer'),
    ]),
  ]) as Shape),
  autorun: old ? 'boolean' : 'boolean?',
  type: old ? 'string' : 'string?',
  app: 'string?',
  survey_vars: unset(old, 'array'),
  ...at('survey_vars[]', survey),
  ...at('last_task', { ...listed(old), '': 'object?' }),
  ...(old
    ? { vault_key_id: 'integer|null' }
    : {
        tasks: 'integer',
        permissions: 'integer|null?',
        allow_override_branch_in_task: 'boolean?',
        allow_parallel_tasks: 'boolean?',
        runner_tag: 'string?',
        git_branch: 'string?',
        environment_ids: 'array?',
        'environment_ids[]': 'integer',
        ...at('task_params', {
          '': 'object?',
          ...allowed,
          ...(Object.fromEntries(
            ['limit', 'tags', 'skip_tags'].flatMap((name) => [
              [name, 'array|null?'],
              [`${name}[]`, 'string'],
            ]),
          ) as Shape),
        }),
      }),
});
const schedule = (old: boolean): Shape => ({
  '': 'object',
  id: 'integer',
  project_id: 'integer',
  template_id: 'integer',
  cron_format: 'string',
  repository_id: 'integer|null',
  ...(!old && {
    name: 'string',
    active: 'boolean',
    tpl_name: 'string',
    type: 'string',
    run_at: 'string?',
    delete_after_run: 'boolean',
  }),
});
const event: Shape = {
  '': 'object',
  ...Object.fromEntries(
    ['project_id', 'user_id', 'integration_id', 'object_id'].map((name) => [name, 'integer|null']),
  ),
  object_type: 'string|null',
  description: 'string',
  created: 'string',
  object_name: 'string',
  project_name: 'string|null',
  username: 'string|null',
};

const inventory: Shape = {
  id: 'integer',
  name: 'string',
  project_id: 'integer',
  inventory: 'string',
  type: 'string',
  become_key_id: 'integer|null',
  ssh_key_id: 'integer|null',
  repository_id: 'integer|null',
  template_id: 'integer|null',
};
const environment = (old: boolean): Shape => ({
  id: 'integer',
  name: 'string',
  project_id: 'integer',
  json: 'string',
  password: 'string|null',
  env: 'string|null',
  ...(!old && {
    secrets: 'array|null?',
    ...at('secrets[]', {
      '': 'object',
      id: 'integer',
      name: 'string',
      type: 'string',
      secret: 'string',
    }),
  }),
});

const sheet = (old: boolean): NonNullable<Upstream['sheet']> => ({
  'GET /api/info': {
    says: '§1',
    reply: {
      '': 'object',
      version: 'string',
      ansible: 'string',
      web_host: 'string',
      use_remote_runner: 'boolean',
      ...(!old && { schedule_timezone: 'string?', teams: 'any?', roles: 'any?' }),
    },
  },
  'GET /api/user': { says: '§4.6', reply: { external: 'boolean' } },
  'GET /api/projects': {
    says: '§4.1',
    reply: { '': 'array|null', '[].alert_chat': 'string|null?' },
  },
  [`GET ${project}/templates`]: {
    says: '§4.2',
    reply: { '': 'array|null', ...at('[]', template(old)) },
  },
  [`GET ${project}/templates/{template_id}`]: { says: '§4.2', reply: template(old) },
  [`GET ${project}/templates/{template_id}/tasks`]: {
    says: '§4, §4.3',
    reply: { '': 'array|null', ...at('[]', listed(old)) },
  },
  [`GET ${project}/tasks/last`]: {
    says: '§4, §4.3',
    query: ['limit'],
    reply: { '': 'array|null', ...at('[]', listed(old)) },
  },
  [`GET ${project}/tasks`]: {
    says: '§4, §4.3',
    reply: { '': 'array|null', ...at('[]', listed(old)) },
  },
  [`GET ${project}/tasks/{task_id}`]: { says: '§4.3', reply: task(old) },
  [`POST ${project}/tasks`]: {
    says: '§4.3, §5.1',
    body: ['params', 'secret', ...(old ? ['message'] : [])],
    reply: task(old),
  },
  [`GET ${project}/tasks/{task_id}/output`]: {
    says: '§4.5',
    reply: at('[]', old ? { task: 'string' } : { id: 'integer', stage_id: 'integer|null' }),
  },
  [`GET ${project}/tasks/{task_id}/raw_output`]: { says: '§4.5: text, from 2.14' },
  [`GET ${project}/inventory`]: {
    says: '§4.6',
    reply: { '': 'array|null', ...at('[]', inventory) },
  },
  [`GET ${project}/inventory/{inventory_id}`]: {
    says: '§4, §4.6',
    reply: { ...inventory, '': 'object' },
  },
  [`GET ${project}/environment`]: {
    says: '§4.6',
    reply: { '': 'array|null', ...at('[]', environment(old)) },
  },
  [`GET ${project}/environment/{environment_id}`]: {
    says: '§4, §4.6',
    reply: { ...environment(old), '': 'object' },
  },
  [`GET ${project}/schedules`]: {
    says: '§4.6',
    reply: { '': 'array|null', ...at('[]', schedule(old)) },
  },
  [`GET ${project}/events/last`]: { says: '§4.6', reply: { '': 'array|null', ...at('[]', event) } },
});

const release = (version: string, old: boolean): Upstream => ({
  name: `semaphore-${version}`,
  of: { service: 'semaphore', old },
  source: `Semaphore: api-docs of ${version}${old ? ', answers recorded on 2.9' : ''}`,
  asked: [
    'GET /api/info',
    'GET /api/user',
    'GET /api/projects',
    `GET ${project}/role`,
    `GET ${project}/templates/{template_id}/tasks`,
    `GET ${project}/templates/{template_id}`,
    `GET ${project}/tasks/last`,
    ...(old ? [`GET ${project}/tasks/{task_id}/output`] : []),
    `GET ${project}/tasks/{task_id}/raw_output`,
    `GET ${project}/tasks/{task_id}`,
    `GET ${project}/events/last`,
    ...['templates', 'tasks', 'inventory', 'environment', 'schedules'].map(
      (path) => `GET ${project}/${path}`,
    ),
    `GET ${project}/inventory/{inventory_id}`,
    `GET ${project}/environment/{environment_id}`,
    `POST ${project}/tasks`,
  ],
  describe: below('/api', `semaphore-api-docs-${version}.yml`),
  ...(old && { recorded }),
  sheet: sheet(old),
});

export const semaphore9 = release('2.9.64', true);
export const semaphore18 = release('2.18.2', false);
