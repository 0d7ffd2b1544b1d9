import { json, type Reply } from '../../../demo/loopback.ts';
import type { World } from '../../../demo/world/index.ts';
import type { Run } from '../../../demo/world/n8n.ts';
import type { Key } from './key.ts';
import { executionRow, workflowRow } from './rows.ts';

/** A request whose key was accepted. */
export interface ApiRequest {
  world: World;
  key: Key;
  major: 1 | 2;
  version: string;
  query: URLSearchParams;
}

/** 400 with its message. */
export const bad = (message: string): Reply => json({ message }, 400);

const known = {
  workflows: ['active', 'tags', 'name', 'projectId', 'excludePinnedData', 'limit', 'cursor'],
  executions: ['status', 'workflowId', 'projectId', 'includeData', 'limit', 'cursor'],
};
const statuses = {
  1: ['canceled', 'error', 'running', 'success', 'waiting'],
  2: ['canceled', 'crashed', 'error', 'new', 'running', 'success', 'unknown', 'waiting'],
};

const encode = (cursor: object) => Buffer.from(JSON.stringify(cursor)).toString('base64');

function decode(text: string): { limit: number; lastId?: string; offset?: number } | undefined {
  try {
    const cursor: unknown = JSON.parse(Buffer.from(text, 'base64').toString());
    return typeof cursor === 'object' && cursor !== null && 'limit' in cursor
      ? (cursor as { limit: number })
      : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with the query in this release: 1.x refuses what it does not know, 2.x lets it pass. */
export function problemIn(
  list: keyof typeof known,
  { major, version, query }: ApiRequest,
): Reply | undefined {
  const stranger = [...query.keys()].find((name) => !known[list].includes(name));
  if (major === 1 && stranger) return bad(`Unknown query parameter '${stranger}'`);
  const limit = Number(query.get('limit') ?? 100);
  if (major === 1 && limit > 250) return bad('request/query/limit must be <= 250');
  if (query.has('cursor') && !decode(query.get('cursor') ?? ''))
    return bad('An invalid cursor was provided');
  const status = query.get('status');
  // `running` came in autumn 2025 (n8n-io/n8n#19205, #19664); 1.112 stands for the first release with it.
  const allowed = statuses[major].filter(
    (name) => name !== 'running' || major === 2 || Number(version.split('.')[1]) >= 112,
  );
  if (list === 'workflows' || status === null || allowed.includes(status)) return undefined;
  return bad(
    major === 1
      ? `request/query/status must be equal to one of the allowed values: ${allowed.join(', ')}`
      : `request/query/status Invalid enum value. Expected ${allowed.map((name) => `'${name}'`).join(' | ')}, received '${status}'`,
  );
}

/** The cursor brings its own limit. */
function paging({ query }: ApiRequest): { limit: number; lastId?: string; offset?: number } {
  return (
    decode(query.get('cursor') ?? '') ?? { limit: Math.min(250, Number(query.get('limit') ?? 100)) }
  );
}

/** The name goes into a SQL LIKE as it is. */
const like = (part: string): RegExp =>
  new RegExp(
    part
      .replace(/[.+*?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.'),
    'is',
  );

/** `GET /workflows`: pages by offset. */
export function workflows(request: ApiRequest): Reply {
  const { world, key, major, query } = request;
  const tags = query.get('tags')?.split(',').filter(Boolean) ?? [];
  const matching = world.n8n.workflows.filter(
    ({ id, name, active, tags: own }) =>
      (!key.sees || key.sees.includes(id)) &&
      (!query.has('active') || String(active) === query.get('active')) &&
      like(query.get('name') ?? '').test(name) &&
      tags.every((tag) => own.includes(tag)),
  );
  const { limit, offset = 0 } = paging(request);
  const rest = offset + limit < matching.length && limit > 0;
  return json({
    data: matching.slice(offset, offset + limit).map((workflow) => workflowRow(workflow, major)),
    nextCursor: rest ? encode({ limit, offset: offset + limit }) : null,
  });
}

/** The run that a failed one succeeded as when it was retried. */
export const succeededAs = (runs: readonly Run[], { id }: Run): number | null =>
  runs.find(({ retryOf, status }) => retryOf === id && status === 'success')?.id ?? null;

/** Where successes are not saved, none is stored. */
export const stored = ({ n8n }: World): Run[] =>
  n8n.runs.filter(
    ({ workflow, status }) =>
      status !== 'success' ||
      (n8n.workflows.find(({ id }) => id === workflow)?.saveSuccess ?? n8n.savesSuccesses),
  );

/** Running ones only when they are asked for. 1.x also leaves out what waits in its memory: everything since its start (n8n-io/n8n#14748). */
function isListed(
  run: Run,
  status: string | null,
  major: 1 | 2,
  { startedAt }: World['n8n'],
): boolean {
  if (run.status === 'running' && status !== 'running') return false;
  if (major === 1 && run.status === 'waiting' && run.startedAt >= startedAt) return false;
  return (
    status === null ||
    run.status === status ||
    (major === 1 && status === 'error' && run.status === 'crashed')
  );
}

/** `GET /executions`: newest first, pages by the last id. */
export function executions(request: ApiRequest): Reply {
  const { world, key, major, query } = request;
  const { limit, lastId } = paging(request);
  const [workflow, after, before] = [
    query.get('workflowId'),
    query.get('startedAfter'),
    query.get('startedBefore'),
  ];
  const matching = stored(world)
    .toReversed()
    .filter(
      (run) =>
        (!key.sees || key.sees.includes(run.workflow)) &&
        (workflow === null || run.workflow === workflow) &&
        isListed(run, query.get('status'), major, world.n8n) &&
        (after === null || run.startedAt >= Date.parse(after)) &&
        (before === null || run.startedAt <= Date.parse(before)) &&
        (lastId === undefined || run.id < Number(lastId)),
    );
  const page = matching.slice(0, limit);
  return json({
    data: page.map((run) => executionRow(run, succeededAs(world.n8n.runs, run))),
    nextCursor:
      page.length > 0 && page.length < matching.length
        ? encode({ lastId: String(page.at(-1)?.id), limit })
        : null,
  });
}
