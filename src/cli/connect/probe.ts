import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Env } from '../../core/config/env.ts';
import { isObject, parseJson, type JsonObject } from '../../core/base/json.ts';
import { oneLine } from '../../core/base/text.ts';
import { version } from '../../version.ts';
import { addressOf, launchOf, type Launch } from './entry.ts';

/** What came of trying an entry. */
export interface Probed {
  works: boolean;
  detail: string;
}

/** How long a start may take on a small machine, and an answer over the network. */
const startMs = 20_000;
const answerMs = 5_000;

const hello = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'lares connect', version },
  },
});

/** Tries an entry as its client would: says hello, and hangs up. */
export function probe(entry: JsonObject, env: Env): Promise<Probed> {
  const launch = launchOf(entry);
  if (launch) return probeProgram(launch, env);
  return probeAddress(addressOf(entry) ?? '', entry, env);
}

async function probeProgram({ command, args, env }: Launch, outer: Env): Promise<Probed> {
  const missing = [command, ...args].find((word) => isAbsolute(word) && !existsSync(word));
  if (missing !== undefined) return { works: false, detail: `${missing} is not there` };
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...(outer as NodeJS.ProcessEnv), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => finish(false, 'it does not answer'), startMs);
    let [out, err] = ['', ''];
    function finish(works: boolean, detail: string): void {
      clearTimeout(timer);
      child.kill();
      resolve({ works, detail });
    }
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (text: Buffer) => {
      err = (err + text.toString()).slice(-2000);
    });
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString();
      const end = out.indexOf('\n');
      if (end !== -1) {
        const server = serverIn(out.slice(0, end));
        finish(server !== undefined, server ?? 'it answers something else than MCP');
      }
    });
    child.once('error', ({ message }) => finish(false, message));
    child.once('close', () =>
      finish(false, oneLine(err.trim().split('\n').at(-1) || 'it ended at once', 200)),
    );
    child.stdin.write(`${hello}\n`);
  });
}

/** Name and version of the server in an answer to hello. */
function serverIn(text: string): string | undefined {
  const answer = parseJson(text);
  const result = isObject(answer) ? answer['result'] : undefined;
  const server = isObject(result) ? result['serverInfo'] : undefined;
  if (!isObject(server)) return undefined;
  return oneLine(`${String(server['name'])} ${String(server['version'])}`, 80);
}

async function probeAddress(url: string, entry: JsonObject, env: Env): Promise<Probed> {
  const [variable] = /MCP_LARES_\w+_TOKEN/.exec(JSON.stringify(entry)) ?? [];
  const token = variable === undefined ? undefined : env[variable];
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: hello,
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token && { authorization: `Bearer ${token}` }),
      },
    });
    await response.body?.cancel();
    if (response.ok) return { works: true, detail: `${url} answers` };
    if (response.status !== 401 && response.status !== 403)
      return { works: false, detail: `${url} answers ${response.status}` };
    return refused(url, variable, token !== undefined);
  } catch (error) {
    const { cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : (error as Error).message;
    return { works: false, detail: oneLine(`${url}: ${reason}`, 200) };
  }
}

/** The token is in the client's environment, which may be another than this one. */
function refused(url: string, variable: string | undefined, isSent: boolean): Probed {
  if (variable === undefined) return { works: false, detail: `${url} wants a token` };
  if (isSent) return { works: false, detail: `${url} does not know the token in ${variable}` };
  return { works: true, detail: `${url} answers; the token is ${variable}, which is not set here` };
}
