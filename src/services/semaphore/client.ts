import { UnreachableError, UpstreamError, messageOf } from '../../core/base/errors.ts';
import { defineClient } from '../../core/service.ts';
import { path, type ReadHttp, type WriteHttp } from '../../core/http/index.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { minute } from '../../core/base/units.ts';
import { describeError, isOwnRefusal } from './describe-error.ts';
import {
  Environment,
  Event,
  Info,
  Inventory,
  isFinished,
  listOf,
  OutputLine,
  Project,
  Role,
  Schedule,
  Task,
  Template,
  User,
} from './schema/index.ts';
import type { Settings } from './settings.ts';

/** How a run stands after it was waited for. `problem`: Semaphore stopped answering meanwhile. */
export interface WatchedRun {
  task: Task;
  /** Whether it came to an end. */
  ended: boolean;
  problem?: string;
}

/** What servers said of themselves, by the settings of their connection. */
const infos = new WeakMap<object, { at: number; info: Info }>();
const infoMs = 10 * minute;

/** `/info`, remembered for a while: Semaphore runs `ansible --version` for each answer, which takes seconds on a small machine. */
async function serverInfo(http: ReadHttp<Settings>): Promise<Info> {
  const remembered = infos.get(http.settings);
  if (remembered && http.now() - remembered.at < infoMs) return remembered.info;
  const info = await http.get(path`/info`, Info);
  infos.set(http.settings, { at: http.now(), info });
  return info;
}

function reads(http: ReadHttp<Settings>) {
  const task = (project: number, id: number): Promise<Task> =>
    http.get(path`/project/${project}/tasks/${id}`, Task);
  const output = (project: number, id: number): Promise<string[]> =>
    http.text(path`/project/${project}/tasks/${id}/raw_output`).then(
      (raw) => (raw === '' ? [] : raw.replace(/\n$/, '').split('\n')),
      async (error: unknown) => {
        // Before 2.14 there is only the list of lines, with colour codes in them.
        if (!(error instanceof UpstreamError) || error.status !== 404) throw error;
        return (
          await http.get(path`/project/${project}/tasks/${id}/output`, listOf(OutputLine))
        ).map((line) => line.output.replace(/\n$/, ''));
      },
    );
  return {
    settings: http.settings,
    instance: http.instance,
    info: () => serverInfo(http),
    user: () => http.get(path`/user`, User),
    projects: () => http.get(path`/projects`, listOf(Project)),
    role: (project: number) => http.get(path`/project/${project}/role`, Role),
    templates: (project: number) =>
      http.get(path`/project/${project}/templates`, listOf(Template), {
        sort: 'name',
        order: 'asc',
      }),
    template: (project: number, id: number) =>
      http.get(path`/project/${project}/templates/${id}`, Template),
    /** Newest first, at most 1000: Semaphore has no paging. */
    tasks: (project: number) => http.get(path`/project/${project}/tasks`, listOf(Task)),
    templateTasks: (project: number, template: number) =>
      http.get(path`/project/${project}/templates/${template}/tasks`, listOf(Task)),
    /** Newest first, at most 200. */
    lastTasks: (project: number, limit: number) =>
      http.get(path`/project/${project}/tasks/last`, listOf(Task), { limit }),
    task,
    /** Lines without colour codes, oldest first. */
    output,
    /** The output of a run that is already reported: when it cannot be read, that is said instead. */
    outputIfReadable: (
      project: number,
      id: number,
    ): Promise<{ lines: string[]; problem?: string }> =>
      output(project, id).then(
        (lines) => ({ lines }),
        (error: unknown) => ({ lines: [], problem: problemOf(http, error) }),
      ),
    inventories: (project: number) =>
      http.get(path`/project/${project}/inventory`, listOf(Inventory)),
    inventory: (project: number, id: number) =>
      http.get(path`/project/${project}/inventory/${id}`, Inventory),
    environments: (project: number) =>
      http.get(path`/project/${project}/environment`, listOf(Environment)),
    /** With the names of its secrets, which the list leaves out. */
    environment: (project: number, id: number) =>
      http.get(path`/project/${project}/environment/${id}`, Environment),
    schedules: (project: number) => http.get(path`/project/${project}/schedules`, listOf(Schedule)),
    /** Newest first, at most 200. */
    events: (project: number) => http.get(path`/project/${project}/events/last`, listOf(Event)),
    /** Follows a run until it ends, needs a person, or the wait is over. */
    async watchTask(started: Task): Promise<WatchedRun> {
      let latest = started;
      const look = async (): Promise<Task> => {
        latest = { ...latest, ...(await task(started.projectId, started.id)) };
        http.progress(`Task ${latest.id} is ${latest.status.replaceAll('_', ' ')}`);
        return latest;
      };
      return http
        .until(look, (now) => isFinished(now) || now.status === 'waiting_confirmation')
        .then(
          () => ({ task: latest, ended: isFinished(latest) }),
          (error: unknown) => ({ task: latest, ended: false, problem: problemOf(http, error) }),
        );
    },
  };
}

/** Why a look failed that no longer decides anything; a call that was cancelled stays cancelled. */
function problemOf(http: ReadHttp, error: unknown): string {
  http.signal.throwIfAborted();
  return messageOf(error).message;
}

const writes = (http: WriteHttp<Settings>) => ({
  startTask: (project: number, body: JsonObject): Promise<Task> =>
    http.send('POST', path`/project/${project}/tasks`, body, Task).catch(async (error: unknown) => {
      if (error instanceof UpstreamError && error.status === 500)
        throw await withLeftover(http, project, body, error);
      if (!(error instanceof UnreachableError)) throw error;
      throw new UnreachableError(error.message, {
        cause: error,
        sent: error.sent,
        hint: `semaphore_list_tasks {"project":"${project}","template":"${String(body['template_id'])}"} shows whether it was started.`,
      });
    }),
});

/** The error with what became of the run. Semaphore creates the row before it looks at the details, so a 500 may leave a failed task behind (TaskPool.AddTask). */
async function withLeftover(
  http: ReadHttp,
  project: number,
  body: JsonObject,
  error: UpstreamError,
): Promise<UpstreamError> {
  const last = await http
    .get(path`/project/${project}/tasks/last`, listOf(Task), { limit: 5 })
    .catch(() => undefined);
  const leftover = last?.find(
    ({ templateId, status, createdAt }) =>
      templateId === body['template_id'] && status === 'error' && http.now() - createdAt < minute,
  );
  const outcome = leftover
    ? `Task ${leftover.id} was created and failed at once: semaphore_task_output {"project":"${project}","task":${leftover.id}} may say why`
    : last
      ? 'No task was left behind'
      : 'Whether a task was left behind is unknown: semaphore_list_tasks';
  return new UpstreamError(error.message, error.status, {
    cause: error,
    hint: `${outcome}. Semaphore gives no reason here; its own log does. Do not repeat it blindly.`,
  });
}

export const { read, write, health, doctor, inventory, lately } = defineClient<
  ReturnType<typeof reads>,
  ReturnType<typeof writes>,
  Settings
>({ reads, writes, describeError, isOwnRefusal });
/** One Semaphore, as the tools see it. */
export type Semaphore = ReturnType<typeof reads>;
