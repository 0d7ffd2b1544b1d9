import { InputError } from '../../core/base/errors.ts';
import { meantName, suggestionFor } from '../../core/base/nearest.ts';
import type { Common } from '../command.ts';
import type { Client, RemoteServer } from './client.ts';
import { clients } from './clients/index.ts';
import { defaultUrl, tokenVariable } from './entry.ts';
import { remoteServer } from './server.ts';

/** As they are typed. */
export interface ConnectOptions extends Common {
  print?: boolean;
  yes?: boolean;
  remove?: boolean;
  project?: boolean;
  name?: string;
  url?: string;
  anonymous?: boolean;
}

/** The client of that id. */
export function clientOf(word: string): Client {
  const ids = clients.map(({ id }) => id);
  const titleOf = (id: string): string => clients.find((known) => known.id === id)?.title ?? id;
  const client = clients.find(({ id }) => id === word);
  if (client) return client;
  const meant = meantName(word, ids, titleOf);
  throw new InputError(`No client ${JSON.stringify(word)}`, {
    hint: meant === undefined ? `One of: ${ids.join(', ')}` : suggestionFor(word, ids, titleOf),
  });
}

/** What the client is to call Lares. */
export function nameOf({ name = 'lares' }: ConnectOptions): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  throw new InputError(`--name ${JSON.stringify(name)}: not a name that every client takes`, {
    hint: 'Letters, digits, - and _.',
  });
}

/** The address that the options give, or that a client cannot do without. */
export function remoteOf(client: Client, options: ConnectOptions): RemoteServer | undefined {
  if (options.anonymous && options.url === undefined)
    throw new InputError('--anonymous is about an address', { hint: 'Give one with --url.' });
  if (options.url === undefined && client.program !== undefined) return undefined;
  if (options.url !== undefined && client.steps === undefined && client.remote === undefined)
    throw new InputError(`The file of ${client.title} takes programs, no addresses`, {
      hint: `Without --url ${client.title} starts Lares itself.`,
    });
  return remoteServer(
    options.url ?? defaultUrl,
    options.anonymous ? undefined : tokenVariable(client),
  );
}
