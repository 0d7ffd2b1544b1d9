import { InputError } from '../../core/base/errors.ts';
import { isObject, type Json, type JsonObject } from '../../core/base/json.ts';
import type { Client, ProgramServer, RemoteServer } from './client.ts';

/** Where `lares serve --http` listens unless it is told otherwise. */
export const defaultUrl = 'http://127.0.0.1:8765/mcp';

/** The variable a client takes its token from. It begins with none of Lares' own prefixes, which would make a mistyped setting of it. */
export const tokenVariable = ({ id }: Pick<Client, 'id'>): string =>
  `MCP_LARES_${id.toUpperCase().replaceAll('-', '_')}_TOKEN`;

/** The entry of a client for one way to reach Lares. */
export function entryFor(
  client: Client,
  name: string,
  remote: RemoteServer | undefined,
  program: () => ProgramServer,
): JsonObject {
  const entry = remote ? client.remote?.(remote, name) : client.program?.(program(), name);
  if (entry === undefined)
    throw new InputError(`${client.title} has no file for this`, { hint: '--print shows how.' });
  return entry;
}

/** What a client starts for an entry. */
export interface Launch {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** The program in an entry of any client; undefined for the entry of an address. */
export function launchOf(entry: JsonObject): Launch | undefined {
  const [command, ...rest] = [entry['command'] ?? entry['cmd'] ?? []].flat() as Json[];
  if (typeof command !== 'string') return undefined;
  const args = [...rest, ...[entry['args'] ?? []].flat()].filter(
    (word) => typeof word === 'string',
  );
  const env = entry['env'] ?? entry['envs'] ?? entry['environment'];
  return { command, args, env: isObject(env) ? textsOf(env) : {} };
}

const textsOf = (values: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );

/** The address in an entry of any client. */
export function addressOf(entry: JsonObject): string | undefined {
  const address = entry['url'] ?? entry['httpUrl'] ?? entry['serverUrl'] ?? entry['uri'];
  return typeof address === 'string' ? address : undefined;
}

/** Whether an entry was made by this command, or says the same: it starts Lares, names Lares' token, or asks the same address. */
export function isOwn(entry: unknown, client: Client, url: string | undefined): boolean {
  if (!isObject(entry)) return false;
  const launch = launchOf(entry);
  if (launch) return startsLares(launch);
  const address = addressOf(entry);
  if (address === undefined) return false;
  return address === (url ?? defaultUrl) || JSON.stringify(entry).includes(tokenVariable(client));
}

/** Lares itself, or Node and Lares. What only mentions it is started by nobody here. */
function startsLares({ command, args }: Launch): boolean {
  if (isLares(command)) return true;
  const script = args.find((word) => !word.startsWith('-'));
  return /(^|[\\/])(node|nodejs|bun)(\.exe)?$/.test(command) && isLares(script ?? '');
}

const isLares = (word: string): boolean => /(^|[\\/])lares(\.js|\.cmd|\.exe)?$/.test(word);

/** The new entry, with what somebody else added to the old one: whether it is switched on, which tools may run unasked, more variables, more headers. */
export function merged(old: unknown, entry: JsonObject, managed: ReadonlySet<string>): JsonObject {
  if (!isObject(old)) return entry;
  const chosen = Object.entries(entry).map(([key, value]) => [
    key,
    mergedValue(key, old[key], value),
  ]);
  const variables = launchOf(entry) ? variablesOf(old) : [];
  const kept = Object.entries(old).filter(([key]) => !(key in entry) && !managed.has(key));
  return Object.fromEntries([
    ...chosen,
    ...variables.filter(([key]) => !(key in entry)),
    ...kept,
  ]) as JsonObject;
}

function mergedValue(key: string, before: Json | undefined, value: Json | undefined): unknown {
  if (key === 'enabled' && typeof before === 'boolean') return before;
  return isObject(value) && isObject(before) ? { ...withoutOwn(before), ...value } : value;
}

/** The variables in an old entry that are not of this command, under the key they have there. */
const variablesOf = (old: JsonObject): [string, JsonObject][] =>
  ['env', 'envs', 'environment'].flatMap((key) => {
    const variables = old[key];
    if (!isObject(variables)) return [];
    const others = withoutOwn(variables);
    return Object.keys(others).length > 0 ? [[key, others]] : [];
  });

const withoutOwn = ({ LARES_STATE_DIR: _, ...others }: JsonObject): JsonObject => others;

/** What this command writes for a client in any of its forms, and so may take away. */
export function managedKeys({ program, remote }: Client): ReadonlySet<string> {
  const server = { command: 'x', args: [], env: { X: 'x' } };
  return new Set([
    ...Object.keys(program?.(server, 'x') ?? {}),
    ...Object.keys(remote?.({ url: 'x', tokenVariable: 'x' }, 'x') ?? {}),
  ]);
}
