import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { restrictTo } from '../../src/mcp/http/auth/grant.ts';
import { incidents } from '../../src/demo/incidents/index.ts';
import { startDemo } from '../../src/demo/start.ts';
import { createWorld } from '../../src/demo/world/index.ts';
import { watchOf, type Change } from '../../src/homelab/watch.ts';
import { serverFor } from '../../src/mcp/server.ts';
import { Streams, wantsOf } from '../../src/mcp/subscriptions.ts';
import { eras, lab, type Era } from '../harness.ts';
import { httpLab } from '../http/http-lab.ts';

const health = 'lares://health';

/** The next change that a client is told; made before the change, so that none is missed. */
function nextUpdate(client: Client): Promise<string> {
  return new Promise((resolve) => {
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      resolve(params.uri);
    });
  });
}

/** Subscribes as the revision has it; returns the way to end it. */
async function subscribe(client: Client, era: Era, uri: string): Promise<() => Promise<unknown>> {
  if (era === '2025-11-25') {
    await client.subscribeResource({ uri });
    return () => client.unsubscribeResource({ uri });
  }
  const stream = await client.listen({ resourceSubscriptions: [uri], resourcesListChanged: true });
  return () => stream.close();
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds())
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
};

describe.each(eras)('subscriptions over HTTP, revision %s', (era) => {
  it('tell a change of the verdict after one refresh, look only while somebody listens, and ask gently', async () => {
    const here = await httpLab({ only: ['proxmox'], env: { LARES_REFRESH_S: '3600' } });
    const client = await here.connect(here.first, era);
    const watch = watchOf(here.house());
    expect([watch.running, here.upstream('proxmox').requests.length]).toEqual([false, 0]);
    const end = await subscribe(client, era, health);
    expect(watch.running).toBe(true);
    await watch.look();
    const told = nextUpdate(client);
    incidents['guest-down']?.apply(here.world);
    await watch.look();
    expect(await told).toBe(health);
    here.upstream('proxmox').forget();
    const { contents } = await client.readResource({ uri: health });
    expect(contents[0]).toMatchObject({
      text: expect.stringMatching(/^Checked just now\.\nSomething is broken/),
    });
    expect(here.upstream('proxmox').requests).toEqual([]);
    await end();
    await until(() => !watch.running);
  });

  it('go on when the configuration is read again', async () => {
    const here = await httpLab({ only: ['proxmox'], env: { LARES_REFRESH_S: '3600' } });
    const client = await here.connect(here.first, era);
    await subscribe(client, era, health);
    const before = watchOf(here.house());
    expect(here.server.reload()).toEqual([]);
    const watch = watchOf(here.house());
    expect([watch === before, watch.running]).toEqual([false, true]);
    await until(() => !before.running);
    await watch.look();
    const told = nextUpdate(client);
    incidents['guest-down']?.apply(here.world);
    await watch.look();
    expect(await told).toBe(health);
  });

  it('end with the client', async () => {
    const here = await httpLab({ only: ['proxmox'], env: { LARES_REFRESH_S: '3600' } });
    const client = await here.connect(here.first, era);
    await subscribe(client, era, health);
    await (
      client.transport as unknown as { terminateSession?: () => Promise<void> } | undefined
    )?.terminateSession?.();
    await client.close();
    await until(() => !watchOf(here.house()).running);
  });
});

describe('a subscription of the 2025 revisions', () => {
  it('to something whose changes are not told is refused', async () => {
    const here = await httpLab({ only: ['proxmox'] });
    const client = await here.connect(here.first, '2025-11-25');
    await expect(client.subscribeResource({ uri: 'lares://inventory/ips' })).rejects.toThrow(
      /lares:\/\/health and documents can be subscribed to/,
    );
  });
});

describe('a stream of 2026-07-28', () => {
  it('that asks for the list of tools alone makes nobody look', async () => {
    const here = await httpLab({ only: ['proxmox'] });
    const client = await here.connect(here.first, '2026-07-28');
    const stream = await client.listen({ toolsListChanged: true });
    expect(watchOf(here.house()).running).toBe(false);
    await stream.close();
  });
});

describe('several streams on stdin and stdout', () => {
  it('are one look, which ends with the last of them', async () => {
    const { house: runtime } = await lab({ only: [] });
    const server = serverFor(runtime)();
    const watch = watchOf(runtime);
    const streams = new Streams();
    streams.set(1, wantsOf({ resourceSubscriptions: [health] }), runtime, server);
    streams.set(
      2,
      wantsOf({ resourceSubscriptions: [health, 7], toolsListChanged: true }),
      runtime,
      server,
    );
    expect(watch.running).toBe(true);
    streams.set(1, undefined, runtime, server);
    expect(watch.running).toBe(true);
    streams.set(2, undefined, runtime, server);
    streams.set(3, undefined, runtime, server);
    await until(() => !watch.running);
  });
});

describe('the watch', () => {
  const heard = (): { changes: Change[]; tell: (change: Change) => void } => {
    const changes: Change[] = [];
    return { changes, tell: (change) => void changes.push(change) };
  };

  it('keeps silent about figures that move, and tells findings that come and go', async () => {
    const here = await lab({ only: ['proxmox'] });
    const watch = watchOf(here.house);
    const { changes, tell } = heard();
    const stop = watch.listen({ uris: new Set([health]), list: false }, tell);
    await watch.look();
    here.world.guest('n8n').cpuUsage = 0.77;
    here.world.advance(60_000);
    await watch.look();
    expect(changes).toEqual([]);
    const { status } = here.world.guest('n8n');
    here.world.guest('n8n').status = 'io-error';
    await watch.look();
    here.world.guest('n8n').status = status;
    await watch.look();
    expect(changes).toEqual([
      { kind: 'resource_updated', uri: health },
      { kind: 'resource_updated', uri: health },
    ]);
    stop();
    stop();
    here.forget();
    await watch.look();
    expect(here.requests('proxmox')).toEqual([]);
  });

  it('tells a document that was written, to who listens for it or for the list', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-docs-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'a.md'), '# A');
    const { house: runtime } = await lab({ only: [], env: { LARES_DOCS: folder } });
    const watch = watchOf(runtime);
    const [list, one, other] = [heard(), heard(), heard()];
    watch.listen({ uris: new Set(), list: true }, list.tell);
    watch.listen({ uris: new Set(['lares://docs/a.md']), list: false }, one.tell);
    watch.listen({ uris: new Set(['lares://docs/b.md']), list: false }, other.tell);
    await watch.look();
    utimesSync(join(folder, 'a.md'), 1, 1);
    await watch.look();
    writeFileSync(join(folder, 'b.md'), '# B');
    await watch.look();
    expect(list.changes).toEqual([
      { kind: 'resources_list_changed' },
      { kind: 'resources_list_changed' },
    ]);
    expect(one.changes).toEqual([{ kind: 'resource_updated', uri: 'lares://docs/a.md' }]);
    expect(other.changes).toEqual([{ kind: 'resource_updated', uri: 'lares://docs/b.md' }]);
  });

  it('of a caller that sees some services asks only those', async () => {
    const here = await lab({ only: ['proxmox', 'pihole'] });
    const watch = watchOf(
      restrictTo(here.house, {
        caller: 'x',
        write: false,
        approve: false,
        services: new Set(['pihole']),
      }),
    );
    watch.listen({ uris: new Set([health]), list: false }, () => undefined)();
    watch.listen({ uris: new Set([health]), list: false }, () => undefined);
    await watch.look();
    expect([here.requests('proxmox').length, here.requests('pihole').length > 0]).toEqual([
      0,
      true,
    ]);
  });
});

describe.each(eras)('the program on stdio, revision %s', (era) => {
  it('tells a change within one refresh', async () => {
    const world = createWorld();
    const demo = await startDemo({ world, only: ['proxmox'] });
    onTestFinished(demo.close);
    const program = fileURLToPath(new URL('../../dist/lares.js', import.meta.url));
    const child = spawn(process.execPath, [program], {
      env: {
        PATH: process.env['PATH'] ?? '',
        LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
        LARES_REFRESH_S: '1',
        LARES_DEADLINE_MS: '15000',
        ...demo.env,
      },
    });
    onTestFinished(() => {
      child.kill();
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1' },
    };
    const modern = era === '2026-07-28';
    const send = (message: { id?: number; method: string; params?: object }): void => {
      child.stdin.write(
        `${JSON.stringify({ jsonrpc: '2.0', ...message, params: { ...message.params, ...(modern && { _meta: meta }) } })}\n`,
      );
    };
    const next = async (wanted: (message: any) => boolean): Promise<any> => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('the program ended');
        const message = JSON.parse(String(value));
        if (wanted(message)) return message;
      }
    };
    if (modern) {
      send({ id: 1, method: 'server/discover' });
      send({
        id: 2,
        method: 'subscriptions/listen',
        params: { notifications: { resourceSubscriptions: [health] } },
      });
      await next(({ method }) => method === 'notifications/subscriptions/acknowledged');
    } else {
      send({
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-06-18',
          capabilities: {},
          clientInfo: { name: 'wire', version: '1' },
        },
      });
      await next(({ id }) => id === 1);
      send({ method: 'notifications/initialized' });
      send({ id: 2, method: 'resources/subscribe', params: { uri: health } });
      await next(({ id }) => id === 2);
    }
    // The first look has been made when the verdict is known.
    send({ id: 3, method: 'resources/read', params: { uri: health } });
    expect((await next(({ id }) => id === 3)).result.contents[0].text).toMatch(
      /All clear|Nothing is broken/,
    );
    incidents['guest-down']?.apply(world);
    expect(
      (await next(({ method }) => method === 'notifications/resources/updated')).params.uri,
    ).toBe(health);
    const [server] = demo.fakes.get('proxmox')?.servers ?? [];
    if (modern) send({ method: 'notifications/cancelled', params: { requestId: 2 } });
    else send({ id: 4, method: 'resources/unsubscribe', params: { uri: health } });
    send({ id: 5, method: 'resources/read', params: { uri: health } });
    expect((await next(({ id }) => id === 5)).result.contents[0].text).toMatch(
      /Something is broken/,
    );
    expect(server?.requests.length).toBeGreaterThan(0);
  });
});
