import { userInfo } from 'node:os';
import { InputError } from '../core/base/errors.ts';
import { oneLine } from '../core/base/text.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Entry } from '../core/state/journal.ts';
import { exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';

interface SettleOptions extends Common {
  done?: boolean;
  notDone?: boolean;
  why?: string;
}

/** Characters of an attempt that tell it from others. */
export const shortId = 8;

/** Writes down what a person has seen of a write whose outcome nobody knows. It takes a terminal: a program that speaks to a model has none. */
export function settle(attempt: string | undefined, options: SettleOptions): Promise<number> {
  const { done, notDone, why = '' } = options;
  if (attempt === undefined || (done ?? false) === (notDone ?? false) || why.trim() === '')
    throw new InputError('Say which write, what became of it, and how that was seen', {
      hint: 'lares audit settle ATTEMPT --done|--not-done --why "…"; service_health and `lares audit --event unknown` name the attempt.',
    });
  return withRuntime(options, async (runtime) => {
    const entry = find(attempt, await runtime.journal.unknown());
    if (!process.stdin.isTTY || !process.stdout.isTTY)
      throw new InputError('Settling needs a terminal', {
        hint: 'Nothing was settled. Run it where a person types.',
      });
    await record(runtime, entry, done === true, why);
    const outcome = done === true ? 'done' : 'not done';
    if (options.json) printJson({ attempt: entry.attempt, tool: entry.tool, outcome });
    else
      print(`Settled as ${outcome}: ${oneLine(runtime.sanitize(String(entry['summary'])), 400)}.`);
    return exit.fine;
  });
}

async function record(
  { journal }: Runtime,
  { attempt, tool, target, summary, caller }: Entry,
  done: boolean,
  why: string,
): Promise<void> {
  await journal.append({
    event: 'settled',
    attempt,
    tool,
    ...(target !== undefined && { target }),
    ...(summary !== undefined && { summary }),
    ...(caller !== undefined && { caller }),
    by: userInfo().username,
    outcome: done ? 'done' : 'not done',
    reason: why,
  });
}

/** The write of that attempt, or of the one that begins so. */
function find(attempt: string, unknown: readonly Entry[]): Entry {
  const fitting = unknown.filter((entry) => entry.attempt.startsWith(attempt));
  if (fitting.length === 1 && fitting[0]) return fitting[0];
  if (fitting.length > 1)
    throw new InputError(`${fitting.length} attempts begin like that`, {
      hint: 'Give more of it.',
    });
  throw new InputError(`No write ${oneLine(attempt, 40)} with an unknown outcome`, {
    hint:
      unknown.length > 0
        ? `There are: ${unknown.map((entry) => entry.attempt.slice(0, shortId)).join(', ')}`
        : 'No outcome of the last day is unknown.',
  });
}
