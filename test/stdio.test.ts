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
    ).toEqual(['service_health', 'explain']);
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

describe('what clients write instead of a message', () => {
  /** The answers to these lines, in order. */
  const answersTo = async (wire: Wire, lines: string, count: number): Promise<unknown[]> => {
    const before = wire.lines.length;
    wire.child.stdin.write(lines);
    await expect.poll(() => wire.lines.length, { timeout: 10_000 }).toBe(before + count);
    return wire.lines.slice(before).map((line) => JSON.parse(line) as unknown);
  };

  it('is answered wherever it has an id, and what is missing is taken as it was meant', async () => {
    const wire = new Wire([], {}, '2025-11-25');
    await wire.open();
    const result = expect.any(Object);
    const refused = (id: unknown, code: number) => ({
      jsonrpc: '2.0',
      id,
      error: { code, message: expect.any(String) },
    });
    for (const [line, answers] of [
      [
        '{"jsonrpc":"2.0","id":50,"method":"tools/list","params":null}',
        [{ jsonrpc: '2.0', id: 50, result }],
      ],
      ['{"jsonrpc":"2.0","id":51,"method":"tools/list"}', [{ jsonrpc: '2.0', id: 51, result }]],
      [
        '\ufeff{"jsonrpc":"2.0","id":52,"method":"ping"}\r\n\r\n  ',
        [{ jsonrpc: '2.0', id: 52, result }],
      ],
      ['{"jsonrpc":"2.0","id":53', [refused(null, -32_700)]],
      ['{"jsonrpc":"2.0","id":54}', [refused(54, -32_600)]],
      ['{"jsonrpc":"2.0","id":"a","method":7}', [refused('a', -32_600)]],
      ['{"id":55,"method":"ping"}', [refused(55, -32_600)]],
      ['{"jsonrpc":"2.0","id":null,"method":"ping"}', [refused(null, -32_600)]],
      ['{"jsonrpc":"2.0","id":56,"method":"tools/list","params":[]}', [refused(56, -32_602)]],
      ['7', [refused(null, -32_600)]],
      ['[]', [refused(null, -32_600)]],
      [
        '[{"jsonrpc":"2.0","id":57,"method":"ping"},{"jsonrpc":"2.0","id":58,"method":"ping"}]',
        [refused(57, -32_600), refused(58, -32_600)],
      ],
      [
        '{"jsonrpc":"2.0","id":59,"method":"tools/call","params":{"name":"service_health","arguments":{"__proto__":1}}}',
        [refused(59, -32_602)],
      ],
    ] as const)
      expect(await answersTo(wire, `${line}\n`, answers.length), line).toEqual(answers);
    // A notification that nobody understands has nobody who waits.
    wire.child.stdin.write('{"jsonrpc":"2.0","method":"x","params":7}\n');
    expect((await wire.ask('ping')).result).toEqual({});
  });

  it('as a batch is answered as one where the revision has batches', async () => {
    const wire = new Wire([], {}, '2025-11-25');
    await wire.ask('initialize', {
      protocolVersion: '2025-03-26',
      capabilities: {},
      clientInfo: { name: 'wire', version: '1' },
    });
    const batch = [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 70, method: 'ping' },
      { jsonrpc: '2.0', id: 71, method: 'nope' },
    ];
    const [answer] = await answersTo(wire, `${JSON.stringify(batch)}\n`, 1);
    expect((answer as Message[]).toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0))).toEqual([
      { jsonrpc: '2.0', id: 70, result: {} },
      { jsonrpc: '2.0', id: 71, error: expect.objectContaining({ code: -32_601 }) },
    ]);
  });

  it('as the name of a tool is answered with the one that was meant', async () => {
    const wire = new Wire(['demo', '--stdio'], {}, '2025-11-25');
    await wire.open();
    const said = async (name: string) =>
      (await wire.ask('tools/call', { name, arguments: {} })).error?.message;
    expect(await said('list_gests')).toBe('No tool "list_gests". Did you mean list_guests?');
    expect(await said('guests')).toBe('No tool "guests". Did you mean list_guests?');
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(await said(name)).toBe(`No tool "${name}". \`lares tools\` lists them.`);
  });
});
