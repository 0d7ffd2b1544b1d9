import { lines, table } from '../../core/base/table.ts';
import { exit, type Common } from '../command.ts';
import { print, printJson } from '../run.ts';
import { invocation } from '../../core/base/own-command.ts';
import { clients } from './clients/index.ts';
import { examineClients, type ExaminedClient } from './examine.ts';
import type { Machine } from './places.ts';

/** The clients of this machine. Exit code 1 where an entry does not work, 2 where a file could not be looked into. */
export async function listClients(
  { json, name = 'lares', url }: Common & { name?: string; url?: string },
  machine: Machine,
): Promise<number> {
  const examined = await examineClients(machine, name, url);
  if (json) printJson(examined);
  else print(listText(examined));
  if (examined.some(({ state }) => state === 'broken')) return exit.broken;
  return examined.some(({ state }) => state === 'unknown') ? exit.unchecked : exit.fine;
}

const words: Readonly<Record<ExaminedClient['state'], string>> = {
  works: 'works',
  broken: 'does not work',
  none: 'none',
  foreign: 'not of this command',
  unknown: 'not understood',
};

function listText(examined: readonly ExaminedClient[]): string {
  const others = clients.filter(({ id }) => !examined.some(({ client }) => client === id));
  return lines(
    examined.length > 0 &&
      table(examined, {
        client: ({ client }) => client,
        entry: ({ state, detail }) => (detail ? `${words[state]}: ${detail}` : words[state]),
        file: ({ file }) => file,
      }),
    examined.length > 0 && '',
    `${examined.length > 0 ? 'Not found here' : 'No client was found here. Known'}: ${others.map(({ id }) => id).join(', ')}`,
    `Add Lares to one: ${invocation(process.argv[1], process.cwd())} connect CLIENT --env FILE   (--print shows the entry and writes nothing)`,
  );
}
