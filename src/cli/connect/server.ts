import { resolve } from 'node:path';
import { InputError } from '../../core/base/errors.ts';
import { readGlobals } from '../../core/config/globals.ts';
import { expandHome } from '../../core/config/paths.ts';
import { environment } from '../run.ts';
import type { ProgramServer, RemoteServer } from './client.ts';
import type { Machine } from './places.ts';

/** This Lares as a client starts it. Throws a ConfigError where the file of variables cannot be read. */
export function programServer(
  envFile: string | undefined,
  { env, program }: Machine,
): ProgramServer {
  const file = envFile === undefined ? [] : ['--env', resolve(expandHome(envFile))];
  const isInFile = environment(envFile, {})['LARES_STATE_DIR'] !== undefined;
  const stateDir = resolve(readGlobals(environment(envFile, env)).stateDir);
  return {
    command: program.node,
    args: [program.script, 'serve', ...file],
    env: isInFile ? {} : { LARES_STATE_DIR: stateDir },
  };
}

/** Lares at an address. A token never goes where anybody on the way can read it. */
export function remoteServer(url: string, tokenVariable: string | undefined): RemoteServer {
  if (!URL.canParse(url) || !/^https?:\/\//i.test(url))
    throw new InputError(`--url ${url}: not an address`, {
      hint: 'It is the whole one, as in https://lares.example.net/mcp.',
    });
  const { username, password, protocol, hostname } = new URL(url);
  if (username !== '' || password !== '')
    throw new InputError('--url must not have a user or a password in it', {
      hint: 'Nothing was written: the file of a client is no place for a secret.',
    });
  if (tokenVariable !== undefined && protocol === 'http:' && !isLoopback(hostname))
    throw new InputError(`--url ${url}: a token over plain http can be read on the way`, {
      hint: 'Put TLS in front (docs/deploy.md) and use its https address, or --anonymous where Lares asks for none.',
    });
  return { url, tokenVariable };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\./.test(host);
