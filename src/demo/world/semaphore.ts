import type { Base } from './base.ts';
import { createRuns, type JobTask } from './semaphore-runs.ts';
import { createTemplates } from './semaphore-templates.ts';

/** What Semaphore knows: two projects, their job templates and what has run. Times ms. */
export interface SemaphoreWorld {
  version: string;
  timezone: string;
  /** Whether schedules start anything. */
  schedulerRuns: boolean;
  projects: { id: number; name: string; createdAt: number; maxParallelTasks: number }[];
  templates: JobTemplate[];
  inventories: JobInventory[];
  environments: JobEnvironment[];
  schedules: JobSchedule[];
  /** Oldest first. */
  tasks: JobTask[];
  /** What people did to schedules. */
  events: { projectId: number; type: string; id: number; description: string; at: number }[];
}
export type Override =
  | 'debug'
  | 'limit'
  | 'tags'
  | 'skipTags'
  | 'inventory'
  | 'arguments'
  | 'branch';
export interface SurveyQuestion {
  name: string;
  title: string;
  type: '' | 'int' | 'enum' | 'secret';
  required: boolean;
  values: string[];
  defaultValue: string;
}
export interface JobTemplate {
  id: number;
  projectId: number;
  name: string;
  app: string;
  type: '' | 'build' | 'deploy';
  playbook: string;
  inventoryId: number | null;
  environmentId: number | null;
  description: string | null;
  arguments: string[];
  limit: string[];
  branch: string | null;
  allows: Override[];
  survey: SurveyQuestion[];
  buildTemplateId: number | null;
  autorun: boolean;
  parallel: boolean;
  autoApprove: boolean;
  runnerTag: string | null;
}
/** One that belongs to a template (a workspace) stands in no list. */
export interface JobInventory {
  templateId: number | null;
  id: number;
  projectId: number;
  name: string;
  type: string;
  content: string;
}
/** `json` and `env` are kept as text, passwords and all. */
export interface JobEnvironment {
  id: number;
  projectId: number;
  name: string;
  json: string;
  env: string | null;
  secrets: { id: number; type: 'var' | 'env'; name: string }[];
}
export interface JobSchedule {
  id: number;
  projectId: number;
  templateId: number;
  name: string;
  cron: string;
  active: boolean;
  repositoryId: number | null;
  runAt: number | null;
}

export function createSemaphore(base: Base): SemaphoreWorld {
  const now = base.now();
  const templates = createTemplates();
  const created = now - 500 * 86_400_000;
  const schedule = (
    id: number,
    templateId: number,
    name: string,
    cron: string,
    more: Partial<JobSchedule> = {},
  ): JobSchedule => ({
    id,
    projectId: 1,
    templateId,
    name,
    cron,
    active: true,
    repositoryId: null,
    runAt: null,
    ...more,
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

/** Every guest that runs, under each of its tags; a password stands among the variables, as it does in real ones. */
function createInventories({ guests }: Base): JobInventory[] {
  const live = guests.filter(({ status, template }) => status === 'running' && !template);
  const section = (group: string, members: typeof live): string =>
    `[${group}]\n${members.map(({ name, ip }) => `${name} ansible_host=${ip}`).join('\n')}\n`;
  const steady = live.filter(({ vlan }) => vlan !== 50);
  const groups = [...new Set(steady.flatMap(({ tags }) => tags))].map((tag) =>
    section(
      tag,
      steady.filter(({ tags }) => tags.includes(tag)),
    ),
  );
  const variables = '[all:vars]\nansible_user=ops\nansible_become_password=Brittle-Teapot-7\n';
  return [
    {
      templateId: null,
      id: 1,
      projectId: 1,
      name: 'Everything',
      type: 'static',
      content: `# made by hand\n${groups.join('\n')}\n${variables}`,
    },
    {
      templateId: null,
      id: 2,
      projectId: 1,
      name: 'Proxies',
      type: 'static',
      content: `${section(
        'proxy',
        live.filter(({ tags }) => tags.includes('proxy')),
      )}\n${variables}`,
    },
    {
      templateId: null,
      id: 3,
      projectId: 1,
      name: 'New hosts',
      type: 'file',
      content: 'inventories/new.yml',
    },
    {
      templateId: null,
      id: 4,
      projectId: 2,
      name: 'Dev boxes',
      type: 'static',
      content: section(
        'dev',
        live.filter(({ vlan }) => vlan === 50),
      ),
    },
  ];
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

/** The hosts that an inventory of the world names in these groups or by these names; all of them without a limit. */
export function hostsOf(
  { content, type }: Pick<JobInventory, 'content' | 'type'>,
  limit: readonly string[] = [],
): string[] {
  if (type !== 'static') return ['new-host'];
  const found = new Map<string, Set<string>>();
  let group = 'ungrouped';
  for (const line of content.split('\n')) {
    const [, section] = /^\[(.+)\]$/.exec(line) ?? [];
    if (section) group = section;
    else if (line && !line.startsWith('#') && !group.includes(':')) {
      const host = line.split(' ')[0] ?? '';
      found.set(host, (found.get(host) ?? new Set(['all', host])).add(group));
    }
  }
  return [...found]
    .filter(([, names]) => limit.length === 0 || limit.some((word) => names.has(word)))
    .map(([host]) => host);
}
