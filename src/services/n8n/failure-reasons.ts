import { LaresError, ShapeError, UpstreamError } from '../../core/base/errors.ts';
import { mapLimited } from '../../core/base/pool.ts';
import { oneLine } from '../../core/base/text.ts';
import type { N8n } from './client.ts';
import type { Execution, Failure } from './schema/index.ts';

/** Why a run failed, or why that cannot be told. */
export interface Reason {
  node?: string | undefined;
  message: string;
  /** Whether the message is n8n's own; otherwise it says why there is none. */
  isOwn: boolean;
}

/** How many runs are asked for at once. */
const atOnce = 5;

/** The failed step and its message for the first `limit` of these runs, by id. */
export async function reasonsFor(
  client: N8n,
  runs: readonly Execution[],
  limit: number,
): Promise<Map<string, Reason>> {
  return new Map(
    await mapLimited(runs.slice(0, limit), atOnce, async (run): Promise<[string, Reason]> => [
      run.id,
      await reasonFor(client, run),
    ]),
  );
}

/** Why a run failed; one that was pruned meanwhile, or is too large, has no reason to tell. */
export async function reasonOf(client: N8n, run: Execution): Promise<Reason> {
  return client.failure(run.id).then(
    (failure) => reasonIn(run, failure),
    (error: unknown) => {
      if (
        error instanceof ShapeError ||
        (error instanceof UpstreamError && error.status === 404 && !error.front)
      )
        return notRead(error);
      throw error;
    },
  );
}

/** One that may not be read, or is late, must not hide the others. */
const reasonFor = (client: N8n, run: Execution): Promise<Reason> =>
  reasonOf(client, run).catch((error: unknown) => {
    if (error instanceof LaresError) return notRead(error);
    throw error;
  });

const notRead = ({ message }: LaresError): Reason => ({
  message: `not read: ${message}`,
  isOwn: false,
});

function reasonIn(run: Execution, { node, message, description, kind, code }: Failure): Reason {
  const text = [
    message,
    code && !message?.includes(code) ? `(${code})` : '',
    description && description !== message ? `- ${description}` : '',
  ]
    .filter(Boolean)
    .join(' ');
  if (text) return { node, message: oneLine(text, 400), isOwn: true };
  return { node, message: kind ?? withoutData(run), isOwn: false };
}

const withoutData = ({ status }: Execution): string =>
  status === 'crashed'
    ? 'n8n died during this run and kept no data of it'
    : 'n8n kept no data of this run';
