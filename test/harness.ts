import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client,
  StreamableHTTPClientTransport,
  type CallToolResult,
} from '@modelcontextprotocol/client';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { onTestFinished } from 'vitest';
import { createRuntime, type Runtime } from '../src/core/runtime.ts';
import type { FakeService } from '../src/demo/fake-service.ts';
import type { Loopback, Seen } from '../src/demo/loopback.ts';
import { startDemo, type Demo } from '../src/demo/start.ts';
import { createWorld, type World } from '../src/demo/world/index.ts';
import { serverFor } from '../src/mcp/server.ts';
import { services } from '../src/services/index.ts';
import { outputValidator } from './output-validator.ts';

export type Era = '2026-07-28' | '2025-11-25';
export const eras: readonly Era[] = ['2026-07-28', '2025-11-25'];

/** What a tool answered, as a client sees it. */
export interface Answer {
  isError: boolean;
  text: string;
  // oxlint-disable-next-line no-explicit-any -- tests reach into answers of every shape
  data: any;
}

/** A real MCP client on a real Lares; the only fakes are the sockets of the services. */
export interface Lab {
  world: World;
  house: Runtime;
  env: Record<string, string>;
  client: Client;
  call(
    tool: string,
    args?: Record<string, unknown>,
    options?: {
      signal?: AbortSignal;
      onprogress?: (progress: { progress: number; message?: string | undefined }) => void;
    },
  ): Promise<Answer>;
  fake(service: string): FakeService;
  /** The first (or n-th) server of a service. */
  server(service: string, n?: number): Loopback;
  /** Everything that arrived at a service's sockets, in order of its servers. */
  requests(service: string): Seen[];
  writes(service: string): Seen[];
  /** Forget what has arrived so far. */
  forget(): void;
}

export interface LabOptions {
  only?: readonly string[];
  world?: World;
  /** Added to the fakes' own variables; undefined takes one away. */
  env?: Record<string, string | undefined>;
  era?: Era;
}

/** Starts fakes, Lares and a client for one test, and ends them with it. Tasks are polled without waiting, and neither a deadline nor a request's time depends on how busy the machine is. */
export async function lab({
  only,
  world = createWorld(),
  env = {},
  era = '2026-07-28',
}: LabOptions = {}): Promise<Lab> {
  const demo = await startDemo({ world, ...(only && { only }) });
  const stateDir = mkdtempSync(join(tmpdir(), 'lares-test-'));
  const bounds = Object.fromEntries(
    [...demo.fakes.keys()].flatMap((id) => [
      [`${id.toUpperCase()}_POLL_MS`, '1'],
      [`${id.toUpperCase()}_TIMEOUT_MS`, '30000'],
    ]),
  );
  const all = defined({
    LARES_STATE_DIR: stateDir,
    LARES_DEADLINE_MS: '30000',
    ...bounds,
    ...demo.env,
    ...env,
  });
  const runtime = createRuntime(services, all, () => world.now());
  const client = await connect(runtime, era);
  onTestFinished(async () => {
    await client.close();
    await runtime.close();
    await demo.close();
    rmSync(stateDir, { recursive: true, force: true });
  });
  return { world, house: runtime, env: all, client, call: caller(client), ...sockets(demo) };
}

/** A client of one protocol revision, over the HTTP entry without a socket. */
export async function connect(runtime: Runtime, era: Era, name = 'test'): Promise<Client> {
  const handler = createMcpHandler(serverFor(runtime));
  const transport = new StreamableHTTPClientTransport(new URL('http://lares.test/mcp'), {
    fetch: (url, init) => handler.fetch(new Request(url, init)),
  });
  const client = new Client(
    { name, version: '1' },
    {
      jsonSchemaValidator: outputValidator,
      ...(era === '2026-07-28' && { versionNegotiation: { mode: { pin: era } } }),
    },
  );
  await client.connect(transport);
  return client;
}

export const caller =
  (client: Client): Lab['call'] =>
  async (name, args = {}, options = {}) => {
    const result = (await client.callTool({ name, arguments: args }, options)) as CallToolResult;
    const text = result.content
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('\n');
    return { isError: result.isError === true, text, data: result.structuredContent };
  };

function sockets({ fakes }: Demo): Pick<Lab, 'fake' | 'server' | 'requests' | 'writes' | 'forget'> {
  const fake = (id: string): FakeService => fakes.get(id) ?? missing(id);
  return {
    fake,
    server: (id, n = 0) => fake(id).servers[n] ?? missing(`${id} ${n}`),
    requests: (id) => fake(id).servers.flatMap((server) => [...server.requests]),
    writes: (id) => fake(id).servers.flatMap((server) => server.writes()),
    forget: () => {
      for (const { servers } of fakes.values()) for (const server of servers) server.forget();
    },
  };
}

function missing(what: string): never {
  throw new Error(`no fake ${what} in this lab`);
}

const defined = (env: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
