import { ShapeError, UpstreamError } from '../../core/base/errors.ts';
import { oneLine } from '../../core/base/text.ts';
import type { Reads } from './client.ts';
import { inTurn } from './in-turn.ts';
import type { Execution, Failure } from './schema/index.ts';

/** Why a run failed, or why that cannot be told. */
export interface Reason {
  node?: string | undefined;
  message: string;
  /** The message is n8n's own; otherwise it says why there is none. */
  told: boolean;
}

/** The failed step and its message for the first `most` of these runs, by id. */
export async function reasonsFor(
  one: Reads,
  runs: readonly Execution[],
  most: number,
): Promise<Map<string, Reason>> {
  return new Map(
    await inTurn(runs.slice(0, most), 5, async (run): Promise<[string, Reason]> => [
      run.id,
      await reasonFor(one, run),
    ]),
  );
}

async function reasonFor(one: Reads, run: Execution): Promise<Reason> {
  return one.failure(run.id).then(
    (failure) => reasonIn(run, failure),
    (error: unknown) => {
      // One run that was pruned meanwhile, is too large or may not be read must not hide the others.
      if (
        error instanceof ShapeError ||
        (error instanceof UpstreamError && [403, 404].includes(error.status))
      )
        return { message: `not read: ${error.message}`, told: false };
      throw error;
    },
  );
}

function reasonIn(run: Execution, { node, message, description, kind, code }: Failure): Reason {
  const said = [
    message,
    code && !message?.includes(code) ? `(${code})` : '',
    description && description !== message ? `- ${description}` : '',
  ]
    .filter(Boolean)
    .join(' ');
  if (said) return { node, message: oneLine(said, 400), told: true };
  return {
    node,
    message:
      kind ??
      (run.status === 'crashed'
        ? 'n8n died during this run and kept no data of it'
        : 'n8n kept no data of this run'),
    told: false,
  };
}
