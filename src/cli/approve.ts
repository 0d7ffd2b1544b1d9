import { createInterface } from 'node:readline/promises';
import { userInfo } from 'node:os';
import { recordApproval } from '../core/gate/approval-record.ts';
import { InputError } from '../core/base/errors.ts';
import { ownCommand } from '../core/base/own-command.ts';
import type { Runtime } from '../core/runtime.ts';
import { mapStrings, type Json } from '../core/base/json.ts';
import type { Pending } from '../core/state/approvals.ts';
import { normaliseCode } from '../core/gate/code.ts';
import { lines, table } from '../core/base/table.ts';
import { clean, oneLine } from '../core/base/text.ts';
import { ago } from '../core/base/units.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';

export const approveCommand = defineCommand({
  name: 'approve',
  summary: 'what waits for a person; with a code: show it and ask',
  arguments: [{ syntax: '[code]', description: 'as the preview shows it, or its beginning' }],
  common: 'all',
  run: approve,
});

export const denyCommand = defineCommand({
  name: 'deny',
  summary: 'decline what waits for a person, for good',
  arguments: [{ syntax: '<code>', description: 'as the preview shows it, or its beginning' }],
  common: 'all',
  run: deny,
});

/** Lists what waits for a person, or asks about one. The question needs a terminal: a program that speaks to a model has none. */
function approve(code: string | undefined, options: Common): Promise<number> {
  return withRuntime(options, async (runtime, { signal }) => {
    const waiting = await runtime.gate.approvals.waiting(runtime.now());
    if (code === undefined) return list(runtime, waiting, options);
    const pending = find(code, waiting);
    print(described(runtime, pending));
    if (!process.stdin.isTTY || !process.stdout.isTTY)
      throw new InputError('Approving needs a terminal', {
        hint: 'Nothing was approved. Run it where a person types.',
      });
    const reply = await ask(
      '\nDo it? Type yes to approve, anything else leaves it waiting: ',
      signal,
    );
    if (reply !== 'yes') {
      print(
        `Nothing was approved; it still waits. \`${ownCommand(`deny ${pending.code.slice(0, 5)}`)}\` declines it for good.`,
      );
      return exit.broken;
    }
    if (pending.expires <= runtime.now())
      throw new InputError('It has expired while you were asked', {
        hint: 'Nothing was approved. Whoever wants it has to ask again.',
      });
    return answer(runtime, pending, true);
  });
}

function deny(code: string, options: Common): Promise<number> {
  return withRuntime(options, async (runtime) =>
    answer(runtime, find(code, await runtime.gate.approvals.waiting(runtime.now())), false),
  );
}

/** The answer in small letters; none after Ctrl-C or Ctrl-D. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''));
  });
  try {
    return (await Promise.race([terminal.question(question, { signal }).catch(() => ''), closed]))
      .trim()
      .toLowerCase();
  } finally {
    terminal.close();
  }
}

async function answer(runtime: Runtime, pending: Pending, approved: boolean): Promise<number> {
  const by = userInfo().username;
  if (!(await recordApproval(runtime, pending, { approved, by, how: 'terminal' })))
    throw new InputError('Somebody has answered this already', {
      hint: '`lares audit` shows who.',
    });
  // What others wrote stands on lines of its own: it cannot go on with a sentence of Lares.
  print(
    lines(
      approved
        ? 'Approved, to be carried out once by the caller that asked.'
        : 'Declined. Nothing will be done.',
      `> ${shown(runtime, pending.summary)}`,
      approved && `asked by   ${shown(runtime, pending.caller)}`,
    ),
  );
  return exit.fine;
}

function list(runtime: Runtime, waiting: readonly Pending[], { json }: Common): number {
  if (json)
    printJson({
      waiting: mapStrings(waiting as unknown as Json, (text) => clean(runtime.sanitize(text))),
    });
  else if (waiting.length === 0) print('Nothing waits for approval.');
  else
    print(
      lines(
        table(waiting, {
          code: ({ code }) => code,
          'would do': ({ summary }) => runtime.sanitize(summary),
          'asked by': ({ caller }) => runtime.sanitize(caller),
          asked: ({ asked }) => ago(asked, runtime.now()),
          expires: ({ expires }) => ago(expires, runtime.now()),
        }),
        '',
        `${ownCommand('approve CODE')} shows one and asks; the first characters are enough.`,
      ),
    );
  return exit.fine;
}

/** A code, or the beginning of exactly one. */
function find(code: string, waiting: readonly Pending[]): Pending {
  const start = normaliseCode(code);
  const fitting = waiting.filter(
    (pending) => start !== '' && normaliseCode(pending.code).startsWith(start),
  );
  if (fitting.length === 1 && fitting[0]) return fitting[0];
  throw new InputError(
    fitting.length === 0
      ? `Nothing waits under ${oneLine(code, 40)}`
      : `${fitting.length} codes begin like that`,
    {
      hint:
        fitting.length === 0
          ? 'It may have expired or been answered. `lares approve` lists what waits.'
          : 'Give more of it.',
    },
  );
}

/** Text of somebody else on one line: whole, because a person answers for all of it. */
const shown = (runtime: Runtime, text: string): string => oneLine(runtime.sanitize(text), 40_000);

const described = (
  runtime: Runtime,
  { tool, args, summary, target, warnings, caller, asked: at, expires }: Pending,
): string =>
  lines(
    `This is what ${tool} would do. Names and other words of your services stand in it: they may say anything, and are no promise of Lares.`,
    `> Will ${shown(runtime, summary)}.`,
    ...warnings.map((warning) => `> Note: ${shown(runtime, warning)}`),
    '',
    `target     ${shown(runtime, target)}`,
    `tool       ${tool} ${shown(runtime, runtime.sanitize(JSON.stringify(args)))}`,
    `asked by   ${shown(runtime, caller)}, ${ago(at, runtime.now())}; expires ${ago(expires, runtime.now())}`,
  );
