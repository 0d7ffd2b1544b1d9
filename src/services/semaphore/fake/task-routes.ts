import { json, type Reply } from '../../../demo/loopback.ts';
import { hour } from '../../../demo/world/clock.ts';
import type { JobTask } from '../../../demo/world/semaphore-runs.ts';
import { isOld, older } from './generation.ts';
import { look } from './progress.ts';
import { startTask } from './start-task.ts';
import { taskRow } from './task-row.ts';
import {
  absent,
  inProject,
  list,
  mayRun,
  Refused,
  rowOf,
  taskId,
  type Body,
  type Visit,
} from './visit.ts';

/** Newest first; the project's list is `[]` when empty, a template's is `null`. */
export function tasks(visit: Visit, limit: number, template?: number): Reply {
  const {
    world: { semaphore },
    fake: { knobs },
  } = visit;
  const rows = inProject(semaphore.tasks, visit)
    .filter(({ templateId }) => template === undefined || templateId === template)
    .sort((a, b) => b.id - a.id)
    .slice(0, limit)
    .map((task) =>
      taskRow(
        task,
        knobs,
        semaphore.templates.find(({ id }) => id === task.templateId),
      ),
    );
  return template === undefined ? json(rows) : list(rows);
}

/** The limit of a list of the last runs. */
export function lastLimit({ seen }: Visit): number {
  const limit = seen.query.get('limit') ?? '';
  return /^[1-9]\d*$/.test(limit) && Number(limit) <= 200 ? Number(limit) : 200;
}

/** The task that the path names; an unknown one is 400. */
const taskOf = (visit: Visit): JobTask =>
  rowOf(visit.world.semaphore.tasks, { ...visit, id: taskId(visit.fake.knobs, visit.id) }, 400);

/** One task; each look at it may move it on. */
export function task(visit: Visit): Reply {
  const {
    world,
    fake: { knobs, effects, looks },
  } = visit;
  const row = taskOf(visit);
  look(world.semaphore, knobs.version, row, knobs, looks, effects, world.now());
  return json(taskRow(row, knobs));
}

/** POST tasks: 201 with the task. */
export function run(visit: Visit): Reply {
  const {
    world,
    fake: { knobs, effects },
    account,
    seen,
    project,
  } = visit;
  if (!mayRun(visit)) throw new Refused(403);
  const body = parsed(seen.body);
  const started = startTask(
    world.semaphore,
    knobs,
    project,
    body,
    account.id,
    world.now(),
    effects,
  );
  // The answer carries nanoseconds, and up to 2.10 the server's own zone (recorded).
  const stamp = new Date(started.createdAt + (isOld(knobs.version) ? 2 * hour : 0))
    .toISOString()
    .replace('Z', `584995${isOld(knobs.version) ? '+02:00' : 'Z'}`);
  return json({ ...taskRow(started, knobs), created: stamp }, 201);
}

function parsed(text: string): Body {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Body;
  } catch {
    /* not JSON: refused as any other body that does not bind */
  }
  throw new Refused(400);
}

/** The output as a list of lines. */
export const output = (visit: Visit): Reply =>
  list(
    taskOf(visit).output.map((line, i) => ({
      ...(isOld(visit.fake.knobs.version) ? { task: '' } : { id: 0, stage_id: null }),
      task_id: visit.id,
      time: new Date(visit.world.now() + i).toISOString(),
      output: line,
    })),
  );

/** The output as text without colours, from 2.14 on. */
export function rawOutput(visit: Visit): Reply {
  if (older(visit.fake.knobs.version, 2, 14)) return absent;
  const lines = taskOf(visit).output;
  return {
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: lines.map((line) => `${line.replace(/\u001b\[[0-9;]*m/g, '')}\n`).join(''),
  };
}
