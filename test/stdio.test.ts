import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allTools } from '../src/catalog.ts';
import { startDemo } from '../src/demo/start.ts';
import { createWorld } from '../src/demo/world/index.ts';
import { eras, type Era } from './harness.ts';

const program = fileURLToPath(new URL('../dist/lares.js', import.meta.url));
const modern = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1' },
};

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  // oxlint-disable-next-line no-explicit-any -- answers of every shape
  result?: any;
  error?: { code: number; message: string };
}

/** The built program, spoken to byte by byte: what an SDK client would hide shows here. */
class Wire {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: string[] = [];
  stderr = '';
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #era: Era;
  #id = 0;

  constructor(args: string[], env: Record<string, string>, era: Era) {
    this.#era = era;
    this.child = spawn(process.execPath, [program, ...args], {
      env: {
        PATH: process.env['PATH'] ?? '',
        LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
        ...env,
      },
    });
    let rest = '';
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        this.lines.push(line);
        const message = JSON.parse(line) as Message;
        if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
      }
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    onTestFinished(() => {
      this.child.kill();
    });
  }

  send(message: object): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  ask(method: string, params: Record<string, unknown> = {}): Promise<Message> & { id: number } {
    const id = ++this.#id;
    const answer = new Promise<Message>((resolve) => {
      this.#waiting.set(id, resolve);
    });
    const meta =
      this.#era === '2026-07-28'
        ? { ...modern, ...(params['_meta'] as object | undefined) }
        : params['_meta'];
    this.send({ id, method, params: { ...params, ...(meta !== undefined && { _meta: meta }) } });
    return Object.assign(answer, { id });
  }

  async open(): Promise<Message> {
    if (this.#era === '2026-07-28') return this.ask('server/discover');
    const answer = await this.ask('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'wire', version: '1' },
    });
    this.send({ method: 'notifications/initialized' });
    return answer;
  }
}

/** Without LARES_DOCS there is nothing to search. */
const offered = allTools.filter(({ name }) => name !== 'docs_search');

describe.each(eras)('the program on stdio, revision %s', (era) => {
  it('offers every tool of the demo, with instructions a model can afford, and speaks nothing but the protocol', async () => {
    const wire = new Wire(['demo', '--stdio'], {}, era);
    const opened = await wire.open();
    const instructions = String(opened.result.instructions);
    expect([
      Buffer.byteLength(instructions) < 2_048,
      instructions.startsWith('Lares speaks for one homelab.'),
    ]).toEqual([true, true]);
    const { result } = await wire.ask('tools/list');
    expect(result.tools.map(({ name }: { name: string }) => name)).toEqual(
      offered.map(({ name }) => name),
    );
    for (const { name, annotations, _meta } of result.tools) {
      const write = allTools.find((tool) => tool.name === name)?.kind === 'write';
      expect(
        [annotations.readOnlyHint, _meta?.['anthropic/requiresUserInteraction'] ?? false],
        name,
      ).toEqual([!write, write]);
    }
    const health = await wire.ask('tools/call', {
      name: 'service_health',
      arguments: {},
      _meta: { progressToken: 7 },
    });
    expect(health.result.structuredContent.overall).toBe('ok');
    const notes = wire.lines
      .map((line) => JSON.parse(line) as Message)
      .filter(({ method }) => method === 'notifications/progress');
    expect(notes.length).toBeGreaterThan(0);
    expect(notes.every(({ params }) => params?.['progressToken'] === 7)).toBe(true);
    expect(
      wire.lines.every((line) => (JSON.parse(line) as { jsonrpc: string }).jsonrpc === '2.0'),
    ).toBe(true);
  });

  it('ends by itself when its client goes away, and leaves nothing behind', async () => {
    const wire = new Wire(['demo', '--stdio'], {}, era);
    await wire.open();
    wire.child.stdin.end();
    const [code] = (await once(wire.child, 'exit')) as [number | null];
    expect([code, wire.stderr]).toEqual([0, '']);
  });

  it('without any configuration offers service_health, which says how to begin', async () => {
    const wire = new Wire([], {}, era);
    await wire.open();
    expect(
      (await wire.ask('tools/list')).result.tools.map(({ name }: { name: string }) => name),
    ).toEqual(['service_health']);
    const { result } = await wire.ask('tools/call', { name: 'service_health', arguments: {} });
    expect(result.content[0].text).toMatch(/^Nothing is configured, so nothing was checked\./);
  });

  it('carries a cancelled read to the socket of the upstream', async () => {
    const demo = await startDemo({ world: createWorld(), only: ['prometheus'] });
    onTestFinished(demo.close);
    const [server] = demo.fakes.get('prometheus')?.servers ?? [];
    const wire = new Wire([], { ...demo.env, PROMETHEUS_TIMEOUT_MS: '60000' }, era);
    await wire.open();
    server?.inject('hang');
    const call = wire.ask('tools/call', { name: 'prom_targets', arguments: {} });
    while (!server?.open)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    wire.send({
      method: 'notifications/cancelled',
      params: {
        requestId: call.id,
        reason: 'enough',
        ...(era === '2026-07-28' && { _meta: modern }),
      },
    });
    while (server.aborted < server.requests.length)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    expect([server.open, server.aborted]).toEqual([0, server.requests.length]);
  });
});

describe('the program', () => {
  it('is built', () => {
    expect(existsSync(program)).toBe(true);
  });

  it('survives a probe with server/discover followed by initialize, as some clients do', async () => {
    const wire = new Wire(['demo', '--stdio'], {}, '2025-11-25');
    wire.send({ id: 900, method: 'server/discover', params: { _meta: modern } });
    expect((await wire.open()).result.protocolVersion).toBe('2025-06-18');
    expect((await wire.ask('tools/list')).result.tools.length).toBe(offered.length);
  });

  it('tells the operator on stderr what is mistyped, and serves the rest', async () => {
    const wire = new Wire([], { PROMETHEUS_ULR: 'x', LARES_WRITES: 'sometimes' }, '2025-11-25');
    await wire.open();
    await wire.ask('tools/list');
    expect(wire.stderr).toMatch(/PROMETHEUS_ULR is not known\. Did you mean PROMETHEUS_URL\?/);
    expect(wire.stderr).toMatch(/LARES_WRITES: /);
  });

  it('says nothing on stderr at LARES_LOG_LEVEL=silent', async () => {
    const wire = new Wire([], { PROMETHEUS_ULR: 'x', LARES_LOG_LEVEL: 'silent' }, '2025-11-25');
    await wire.open();
    await wire.ask('tools/list');
    expect(wire.stderr).toBe('');
  });

  it('at LARES_LOG_LEVEL=debug writes each call and each request upstream to stderr, without a secret', async () => {
    const demo = await startDemo({ world: createWorld(), only: ['proxmox'] });
    onTestFinished(demo.close);
    const secret = demo.env['PROXMOX_TOKEN_SECRET'] ?? '';
    const wire = new Wire([], { ...demo.env, LARES_LOG_LEVEL: 'debug' }, '2025-11-25');
    await wire.open();
    await wire.ask('tools/call', { name: 'list_guests', arguments: {} });
    await wire.ask('tools/call', { name: 'node_status', arguments: { node: secret } });
    await expect
      .poll(() => wire.stderr.match(/^lares: debug call \S+ /gm))
      .toEqual(['lares: debug call list_guests ', 'lares: debug call node_status ']);
    expect(wire.stderr).toMatch(/^lares: debug upstream proxmox\b.* 200 \d+ ms$/m);
    expect(secret.length).toBeGreaterThan(20);
    expect(wire.stderr).not.toContain(secret);
  });
});
