import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allTools, offers } from '../../src/catalog.ts';
import { readGlobals } from '../../src/core/config/globals.ts';
import { createRuntime } from '../../src/core/runtime.ts';
import { serveHttp } from '../../src/mcp/http/index.ts';
import { authority } from '../../src/demo/certificate.ts';
import { eras } from '../harness.ts';
import { httpLab, post, type HttpLab } from './http-lab.ts';

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo()))
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
};
const journal = (lab: HttpLab): Record<string, unknown>[] =>
  readFileSync(join(lab.stateDir, 'audit.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const names = async (client: Awaited<ReturnType<HttpLab['connect']>>): Promise<string[]> =>
  (await client.listTools()).tools.map(({ name }) => name);

describe.each(eras)('over HTTP, revision %s', (era) => {
  it('lists and calls, and the journal knows the caller by its token, not by what it calls itself', async () => {
    const lab = await httpLab();
    const client = await lab.connect(lab.first, era);
    expect(await names(client)).toEqual(offers(lab.house()).map(({ name }) => name));
    const seen: string[] = [];
    const health = await lab.call(client)(
      'service_health',
      {},
      { onprogress: ({ message }) => seen.push(message ?? '') },
    );
    expect([health.data.overall, seen.length > 0]).toEqual(['ok', true]);
    expect(
      (await lab.call(client)('guest_restart', { vmid: 30062, confirm: true })).data.outcome,
    ).toBe('done');
    expect(journal(lab).map(({ caller }) => caller)).toEqual(['first', 'first']);
    expect(lab.writes('proxmox')).toHaveLength(1);
  });

  it('a caller without write sees no write tools, and cannot call what it does not see', async () => {
    const lab = await httpLab();
    const client = await lab.connect(await lab.token('reader', 'read'), era);
    const offered = await names(client);
    expect([
      offered.includes('list_guests'),
      offered.filter((name) => allTools.find((tool) => tool.name === name)?.kind === 'write'),
    ]).toEqual([true, []]);
    const refused = await lab
      .call(client)('guest_restart', { vmid: 30062, confirm: true })
      .catch((error: unknown) => ({ isError: true, text: String(error) }));
    expect([refused.isError, lab.writes('proxmox')]).toEqual([true, []]);
    expect(refused.text).toContain('guest_restart writes, and this caller may only read');
    expect(refused.text).not.toContain('LARES_WRITES');
  });

  it('a caller limited to some services sees no other, and its verdict says so', async () => {
    const lab = await httpLab();
    const client = await lab.connect(await lab.token('names', 'write', ['pihole']), era);
    const tools = await names(client);
    expect(
      new Set(tools.map((name) => allTools.find((tool) => tool.name === name)?.service)),
    ).toEqual(new Set(['homelab', 'pihole']));
    const { data } = await lab.call(client)('service_health');
    expect([
      data.services.map(({ service }: { service: string }) => service),
      data.verdict.endsWith('This caller sees only Pi-hole.'),
    ]).toEqual([['pihole'], true]);
    const refused = await lab
      .call(client)('list_guests')
      .catch((error: unknown) => ({ isError: true, text: String(error) }));
    expect([refused.isError, lab.upstream('proxmox').requests]).toEqual([true, []]);
    expect(refused.text).toContain(
      'list_guests is of a service that this caller does not see. It sees Pi-hole alone.',
    );
    const mistyped = await lab
      .call(client)('list_gests')
      .catch((error: unknown) => ({ text: String(error) }));
    expect(mistyped.text).toMatch(/No tool "list_gests"/);
    expect(mistyped.text).not.toContain('list_guests');
  });

  it('a cancelled read is cancelled at the upstream', async () => {
    const lab = await httpLab({ only: ['proxmox'], env: { PROXMOX_TIMEOUT_MS: '60000' } });
    const client = await lab.connect(lab.first, era);
    lab.upstream('proxmox').inject('hang');
    const enough = new AbortController();
    const call = lab.call(client)('list_guests', {}, { signal: enough.signal });
    await until(() => lab.upstream('proxmox').open === 1);
    enough.abort();
    await expect(call).rejects.toThrow();
    await until(() => lab.upstream('proxmox').aborted === 1);
  });

  it('a changed configuration is there after a reload, and the client hears of it', async () => {
    const lab = await httpLab();
    const client = await lab.connect(lab.first, era);
    let changed = 0;
    const before = await names(client);
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      changed++;
    });
    if (era === '2026-07-28') await client.listen({ toolsListChanged: true });
    lab.env['LARES_WRITES'] = 'off';
    expect(lab.server.reload()).toEqual([]);
    await until(() => changed > 0);
    expect((await names(client)).length).toBeLessThan(before.length);
    delete lab.env['LARES_WRITES'];
    lab.server.reload();
    await until(() => changed > 1);
    expect(await names(client)).toEqual(before);
    expect(changed).toBe(2);
  });

  it('files that change are taken up by themselves', async () => {
    const lab = await httpLab({ env: { LARES_WRITES: 'human' }, watchMs: 10 });
    const client = await lab.connect(lab.first, era);
    expect((await lab.call(client)('guest_restart', { vmid: 30062 })).data.page).toBeUndefined();
    await lab.token('operator', 'approve');
    await until(
      async () =>
        (await lab.call(client)('guest_restart', { vmid: 30062 })).data.page !== undefined,
    );
  });

  it('a bad reload keeps what was there, and says why', async () => {
    const lab = await httpLab();
    const client = await lab.connect(lab.first, era);
    const before = await names(client);
    Object.assign(lab.env, { PROXMOX_URL: 'not a url', LARES_WRITES: 'sometimes' });
    expect(lab.server.reload().join()).toMatch(/LARES_WRITES.*PROXMOX_URL/);
    expect(await names(client)).toEqual(before);
    expect((await lab.call(client)('list_guests')).isError).toBe(false);
  });

  it('a storm of reloads under load drops no call, and needs no new login where nothing changed', async () => {
    const lab = await httpLab();
    const clients = await Promise.all([
      lab.connect(lab.first, era),
      lab.connect(await lab.token('second', 'read'), era),
    ]);
    let calling = true;
    const storm = (async () => {
      let reloads = 0;
      for (; calling; reloads++) {
        lab.env['LARES_MUTE'] = `pihole.${reloads}*`;
        expect(lab.server.reload()).toEqual([]);
        await new Promise((resolve) => {
          setTimeout(resolve, 1);
        });
      }
      return reloads;
    })();
    const answers: string[] = [];
    const ask = async (
      client: Awaited<ReturnType<HttpLab['connect']>>,
      tool: string,
    ): Promise<void> => {
      const { isError, text } = await lab.call(client)(tool);
      answers.push(isError ? text : '');
    };
    await Promise.all(
      clients.map(async (client) => {
        for (let i = 0; i < 15; i++)
          await Promise.all([ask(client, 'dns_list_records'), ask(client, 'list_guests')]);
      }),
    );
    calling = false;
    expect(await storm).toBeGreaterThan(5);
    expect([answers.length, answers.filter(Boolean)]).toEqual([60, []]);
    expect(
      lab
        .upstream('pihole')
        .requests.filter(({ method, path }) => method === 'POST' && path === '/api/auth'),
    ).toHaveLength(1);
  });
});

describe('the end', () => {
  it('waits for a write that is being carried out, lets nobody in meanwhile, and logs out everywhere', async () => {
    const lab = await httpLab({ env: { PROXMOX_POLL_MS: '20' } });
    const client = await lab.connect(lab.first, '2026-07-28');
    await lab.call(client)('dns_list_records');
    const write = lab.call(client)('guest_restart', { vmid: 30062, confirm: true });
    await until(() => lab.upstream('proxmox').requests.length > 0);
    const closing = lab.server.close();
    expect((await write).data.outcome).toBe('done');
    await closing;
    await expect(lab.fetch('/healthz')).rejects.toThrow();
    expect(
      lab
        .upstream('pihole')
        .requests.some(({ method, path }) => method === 'DELETE' && path === '/api/auth'),
    ).toBe(true);
    expect(journal(lab).at(-1)?.['event']).toBe('finished');
  });
});

describe('the door', () => {
  it('stands open on loopback only while no token was ever made', async () => {
    const lab = await httpLab({ locked: false });
    expect((await lab.fetch('/mcp', post(''))).status).toBe(200);
    const token = await lab.token('laptop', 'read');
    expect([
      (await lab.fetch('/mcp', post(''))).status,
      (await lab.fetch('/mcp', post(token))).status,
    ]).toEqual([401, 200]);
    await lab.tokens.revoke('laptop');
    expect((await lab.fetch('/mcp', post(''))).status).toBe(401);
  });

  it('does not open to the network without authentication, and names the command that changes that', async () => {
    const env = { LARES_STATE_DIR: join('/nonexistent', 'lares'), LARES_HTTP_PORT: '0' };
    const open = (): never => {
      throw new Error('opened');
    };
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'lares.lan'])
      await expect(
        serveHttp({ env: () => env, flags: { http_host: host }, open }),
      ).rejects.toMatchObject({
        message: `Listening on ${host} without authentication would let everybody in who reaches it`,
        hint: expect.stringContaining('lares token add laptop --scope read'),
      });
    for (const more of [
      { public_url: 'https://lares.example.net' },
      { trusted_proxy: '127.0.0.1' },
      { allowed_hosts: 'lares.lan' },
    ])
      await expect(
        serveHttp({ env: () => env, flags: more, open }),
        JSON.stringify(more),
      ).rejects.toThrow(/without authentication/);
    await expect(
      serveHttp({ env: () => env, flags: { public_url: 'http://localhost:8765' }, open }),
    ).rejects.toThrow('opened');
    expect(readGlobals(env).problems).toEqual([]);
  });

  it('lets nobody in when the token file cannot be understood', async () => {
    const lab = await httpLab();
    await lab.tokens.add('x', 'read', undefined, 0);
    writeFileSync(lab.tokens.file, '{"tokens": [{"name"');
    expect((await lab.fetch('/mcp', post(lab.first))).status).toBe(503);
  });
});

describe('around it', () => {
  it('readyz says whether it can do its work, without naming what it guards', async () => {
    const lab = await httpLab();
    expect(await (await lab.fetch('/readyz')).json()).toEqual({ ready: true });
    const idle = await httpLab({ only: [] });
    expect([
      (await idle.fetch('/readyz')).status,
      await (await idle.fetch('/readyz')).json(),
    ]).toEqual([503, { ready: false, why: ['no service is configured'] }]);
  });

  it('metrics count calls, upstream requests and gate decisions by fixed names, and hold no caller, address or secret', async () => {
    const lab = await httpLab();
    const client = await lab.connect(lab.first, '2025-11-25');
    await lab.call(client)('list_guests');
    await lab.call(client)('guest_restart', { vmid: 30062 });
    await lab
      .call(client)('no_such_tool')
      .catch(() => undefined);
    const text = await (
      await lab.fetch('/metrics', { headers: { authorization: `Bearer ${lab.first}` } })
    ).text();
    expect(text).toMatch(/lares_tool_call_seconds_count\{tool="list_guests",outcome="ok"\} 1/);
    expect(text).toMatch(
      /lares_tool_call_seconds_count\{tool="guest_restart",outcome="preview"\} 1/,
    );
    expect(text).toMatch(/lares_gate_events_total\{tool="guest_restart",event="previewed"\} 1/);
    expect(text).toMatch(
      /lares_upstream_request_seconds_count\{instance="proxmox\w*",status="200"\} [1-9]/,
    );
    expect(text).toMatch(/lares_sessions 1/);
    expect(text).toMatch(/process_resident_memory_bytes \d+/);
    expect(text).not.toMatch(
      new RegExp(`${lab.first}|no_such_tool|first|30062|${lab.env['PROXMOX_TOKEN_SECRET']}`),
    );
  });

  it('metrics of a token for some services are those of these services', async () => {
    const lab = await httpLab();
    const client = await lab.connect(lab.first, '2025-11-25');
    await lab.call(client)('list_guests');
    await lab.call(client)('dns_list_records');
    await lab.call(client)('service_health');
    const token = await lab.token('names', 'read', ['pihole']);
    const text = await (
      await lab.fetch('/metrics', { headers: { authorization: `Bearer ${token}` } })
    ).text();
    expect(text).toMatch(/lares_tool_call_seconds_count\{tool="dns_list_records",outcome="ok"\} 1/);
    expect(text).toMatch(/lares_upstream_request_seconds_count\{instance="pihole/);
    expect(text).toMatch(/^# TYPE lares_tool_call_seconds histogram$/m);
    expect(text).not.toMatch(/list_guests|proxmox|service_health|process_|sessions/);
  });

  it('a broken stream of a 2025 session is taken up again where it broke', async () => {
    const lab = await httpLab();
    const begun = await lab.fetch('/mcp', post(lab.first));
    const id = String(begun.headers.get('mcp-session-id'));
    const events = [...(await begun.text()).matchAll(/^id: (.*)$/gm)].map(([, event]) => event);
    const again = await lab.fetch('/mcp', {
      headers: {
        authorization: `Bearer ${lab.first}`,
        accept: 'text/event-stream',
        'mcp-session-id': id,
        'last-event-id': String(events[0]),
      },
    });
    expect([again.status, await again.text()]).toEqual([
      200,
      expect.stringContaining('"serverInfo"'),
    ]);
    const gone = await lab.fetch('/mcp', {
      headers: {
        authorization: `Bearer ${lab.first}`,
        accept: 'text/event-stream',
        'mcp-session-id': id,
        'last-event-id': 'never-sent',
      },
    });
    expect(gone.status).toBe(400);
  });

  it('serves HTTPS itself, with a certificate that is read again when it is renewed', async () => {
    const lab = await httpLab({ only: [] });
    const [cert, key] = [join(lab.stateDir, 'tls.crt'), join(lab.stateDir, 'tls.key')];
    const renew = (): string => {
      const { ca, issue } = authority();
      const made = issue('lares', ['127.0.0.1', 'localhost']);
      writeFileSync(cert, made.cert);
      writeFileSync(key, made.key);
      return ca;
    };
    const before = renew();
    const server = await serveHttp({
      env: () => lab.env,
      flags: { http_port: '0', tls_cert: cert, tls_key: key, tokens_file: lab.tokens.file },
      open: (env, inherited) => createRuntime([], env, Date.now, inherited),
    });
    onTestFinished(() => server.close(100));
    const answer = (ca: string): Promise<number | string | undefined> =>
      new Promise((resolve) => {
        request(new URL('/healthz', server.url), { ca, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
          .end();
      });
    expect([server.url.startsWith('https://'), await answer(before)]).toEqual([true, 200]);
    const after = renew();
    expect(server.reload()).toEqual([]);
    expect([await answer(after), await answer(before)]).toEqual([
      200,
      expect.stringMatching(/SIGNATURE|UNABLE|SELF_SIGNED/),
    ]);
  });
});
