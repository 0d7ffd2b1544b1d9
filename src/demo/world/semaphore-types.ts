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

/** A run, as Semaphore stores it. `user` is null for schedules, webhooks and autorun. Times ms. */
export interface JobTask {
  id: number;
  templateId: number;
  projectId: number;
  status: string;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  userId: number | null;
  scheduleId: number | null;
  buildTaskId: number | null;
  message: string;
  version: string | null;
  commit: string | null;
  environment: string;
  arguments: string | null;
  branch: string | null;
  inventoryId: number | null;
  dryRun: boolean;
  diff: boolean;
  params: Record<string, unknown>;
  output: string[];
  /** When it will have ended well, for a run that is still going and has no trouble. */
  endsAt: number | null;
}
