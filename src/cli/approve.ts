import { createInterface } from 'node:readline/promises';
import { userInfo } from 'node:os';
import { answerPending } from '../core/gate/approval-record.ts';
import { InputError } from '../core/base/errors.ts';
import type { House } from '../core/runtime.ts';
import { mapStrings, type Json } from '../core/base/json.ts';
import type { Pending } from '../core/state/approvals.ts';
import { plainCode } from '../core/gate/code.ts';
import { lines, table } from '../core/base/table.ts';
import { clean, oneLine } from '../core/base/text.ts';
import { ago } from '../core/base/units.ts';
import { exit, inHouse, print, printJson, type Common } from './run.ts';

/** Lists what waits for a person, or asks about one. The question needs a terminal: a program that speaks to a model has none. */
export function approve(code: string | undefined, options: Common): Promise<number> {
  return inHouse(options, async (house, { signal }) => {
    const waiting = await house.gate.ledger.waiting(house.now());
    if (code === undefined) return list(house, waiting, options);
    const pending = find(code, waiting);
    print(described(house, pending));
    if (!process.stdin.isTTY || !process.stdout.isTTY)
      throw new InputError('Approving needs a terminal', {
        hint: 'Nothing was approved. Run it where a person types.',
      });
    const said = await asked(
      '\nDo it? Type yes to approve, anything else leaves it waiting: ',
      signal,
    );
    if (said !== 'yes') {
      print('Nothing was approved; it still waits. `lares deny` declines it for good.');
      return exit.broken;
    }
    if (pending.expires <= house.now())
      throw new InputError('It has expired while you were asked', {
        hint: 'Nothing was approved. Whoever wants it has to ask again.',
      });
    return answer(house, pending, true);
  });
}

export function deny(code: string, options: Common): Promise<number> {
  return inHouse(options, async (house) =>
    answer(house, find(code, await house.gate.ledger.waiting(house.now())), false),
  );
}

/** The answer in small letters; none after Ctrl-C or Ctrl-D. */
async function asked(question: string, signal: AbortSignal): Promise<string> {
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

async function answer(house: House, pending: Pending, approved: boolean): Promise<number> {
  if (
    !(await answerPending(house, pending, { approved, by: userInfo().username, how: 'terminal' }))
  )
    throw new InputError('Somebody has answered this already', {
      hint: '`lares audit` shows who.',
    });
  const [summary, caller] = [shown(house, pending.summary), shown(house, pending.caller)];
  print(
    approved
      ? `Approved: ${summary}. ${caller} can carry it out now, once.`
      : `Declined: ${summary}. Nothing will be done.`,
  );
  return exit.fine;
}

function list(house: House, waiting: readonly Pending[], { json }: Common): number {
  if (json)
    printJson({
      waiting: mapStrings(waiting as unknown as Json, (text) => clean(house.redact(text))),
    });
  else if (waiting.length === 0) print('Nothing waits for approval.');
  else
    print(
      lines(
        table(waiting, {
          code: ({ code }) => code,
          'would do': ({ summary }) => house.redact(summary),
          'asked by': ({ caller }) => caller,
          asked: ({ asked }) => ago(asked, house.now()),
          expires: ({ expires }) => ago(expires, house.now()),
        }),
        '',
        'lares approve CODE shows one and asks; the first characters are enough.',
      ),
    );
  return exit.fine;
}

/** A code, or the beginning of exactly one. */
function find(code: string, waiting: readonly Pending[]): Pending {
  const start = plainCode(code);
  const fitting = waiting.filter((one) => start !== '' && plainCode(one.code).startsWith(start));
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
const shown = (house: House, text: string): string => oneLine(house.redact(text), 40_000);

const described = (
  house: House,
  { tool, args, summary, target, warnings, caller, asked: at, expires }: Pending,
): string =>
  lines(
    `Will ${shown(house, summary)}.`,
    ...warnings.map((warning) => `Note: ${shown(house, warning)}`),
    '',
    `target     ${shown(house, target)}`,
    `tool       ${tool} ${shown(house, JSON.stringify(args))}`,
    `asked by   ${oneLine(caller)}, ${ago(at, house.now())}; expires ${ago(expires, house.now())}`,
  );
