import { createInterface } from 'node:readline/promises';
import { userInfo } from 'node:os';
import { InputError } from '../core/errors.ts';
import type { House } from '../core/house.ts';
import type { Pending } from '../core/ledger.ts';
import { plainCode } from '../core/seal.ts';
import { lines, table } from '../core/table.ts';
import { oneLine } from '../core/untrusted.ts';
import { ago } from '../core/units.ts';
import { exit, inHouse, print, printJson, type Common } from './context.ts';

/** Lists what waits for a person, or asks about one. The question needs a terminal: a program that speaks to a model has none. */
export function approve(code: string | undefined, options: Common): Promise<number> {
  return inHouse(options, async (house) => {
    const waiting = await house.gate.ledger.waiting(house.now());
    if (code === undefined) return list(house, waiting, options);
    const pending = find(code, waiting);
    print(described(house, pending));
    if (!process.stdin.isTTY || !process.stdout.isTTY) throw new InputError('Approving needs a terminal', { hint: 'Nothing was approved. Run it where a person types.' });
    const ask = createInterface({ input: process.stdin, output: process.stdout });
    const said = (await ask.question('\nDo it? Type yes to approve, anything else leaves it waiting: ')).trim().toLowerCase();
    ask.close();
    if (said !== 'yes') {
      print('Nothing was approved; it still waits. `lares deny` declines it for good.');
      return exit.broken;
    }
    return answer(house, pending, true);
  });
}

export function deny(code: string, options: Common): Promise<number> {
  return inHouse(options, async (house) => answer(house, find(code, await house.gate.ledger.waiting(house.now())), false));
}

async function answer(house: House, pending: Pending, approved: boolean): Promise<number> {
  const by = userInfo().username;
  await house.journal.append({ event: approved ? 'approved' : 'denied', attempt: pending.code, tool: pending.tool, target: pending.target, summary: pending.summary, caller: pending.caller, by, how: 'terminal' });
  const first = await house.gate.ledger.answer(pending.code, { approved, by, how: 'terminal', at: house.now() });
  if (!first) throw new InputError('Somebody has answered this already', { hint: '`lares audit` shows who.' });
  print(approved ? `Approved: ${pending.summary}. ${pending.caller} can carry it out now, once.` : `Declined: ${pending.summary}. Nothing will be done.`);
  return exit.fine;
}

function list(house: House, waiting: readonly Pending[], { json }: Common): number {
  if (json) printJson({ waiting });
  else if (waiting.length === 0) print('Nothing waits for approval.');
  else print(lines(table(waiting, { code: ({ code }) => code, 'would do': ({ summary }) => summary, 'asked by': ({ caller }) => caller, asked: ({ asked }) => ago(asked, house.now()), expires: ({ expires }) => ago(expires, house.now()) }), '', 'lares approve CODE shows one and asks; the first characters are enough.'));
  return exit.fine;
}

/** A code, or the beginning of exactly one. */
function find(code: string, waiting: readonly Pending[]): Pending {
  const start = plainCode(code);
  const fitting = waiting.filter((one) => start !== '' && plainCode(one.code).startsWith(start));
  if (fitting.length === 1 && fitting[0]) return fitting[0];
  throw new InputError(fitting.length === 0 ? `Nothing waits under ${oneLine(code, 40)}` : `${fitting.length} codes begin like that`, { hint: fitting.length === 0 ? 'It may have expired or been answered. `lares approve` lists what waits.' : 'Give more of it.' });
}

const described = (house: House, { tool, args, summary, target, warnings, caller, asked, expires }: Pending): string => lines(
  `Will ${oneLine(summary, 300)}.`,
  ...warnings.map((warning) => `Note: ${oneLine(warning, 300)}`),
  '',
  `target     ${oneLine(target)}`,
  `tool       ${tool} ${oneLine(JSON.stringify(args), 400)}`,
  `asked by   ${oneLine(caller)}, ${ago(asked, house.now())}; expires ${ago(expires, house.now())}`,
);
