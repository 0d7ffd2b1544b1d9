import { Client, SSEClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpLab, post, type HttpLab } from './http-lab.ts';

async function connect(lab: HttpLab, token: string): Promise<Client> {
  const headers = { authorization: `Bearer ${token}` };
  const client = new Client({ name: 'old', version: '1' });
  await client.connect(
    new SSEClientTransport(new URL('/sse', lab.url), {
      requestInit: { headers },
      eventSourceInit: {
        fetch: (url, init) =>
          fetch(url, {
            ...init,
            headers: { ...(init.headers as Record<string, string>), ...headers },
          }),
      },
    }),
  );
  onTestFinished(() => client.close());
  return client;
}

describe('the transport of 2024', () => {
  it('is not there unless asked for', async () => {
    const lab = await httpLab();
    for (const path of ['/sse', '/messages'])
      expect(
        (await lab.fetch(path, { headers: { authorization: `Bearer ${lab.first}` } })).status,
      ).toBe(404);
  });

  it('lists, calls, reports progress, and hears of a reload, for those who have a token', async () => {
    const lab = await httpLab({ flags: { legacy_sse: 'true' } });
    expect((await lab.fetch('/sse')).status).toBe(401);
    const client = await connect(lab, lab.first);
    const seen: string[] = [];
    expect(
      (
        await lab.call(client)(
          'service_health',
          {},
          { onprogress: ({ message }) => seen.push(message ?? '') },
        )
      ).data.overall,
    ).toBe('ok');
    expect(seen.length).toBeGreaterThan(0);
    expect(await lab.call(client)('guest_restart', { vmid: 30062, confirm: true })).toMatchObject({
      isError: false,
      data: { outcome: 'done' },
    });
    expect(lab.house().journal.read().entries.at(-1)?.['caller']).toBe('first');
    const heard = new Promise((resolve) => {
      client.setNotificationHandler('notifications/tools/list_changed', resolve);
    });
    lab.env['LARES_WRITES'] = 'off';
    lab.server.reload();
    await heard;
    expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('guest_restart');
  });

  it('a stream takes messages of its own caller only', async () => {
    const lab = await httpLab({ flags: { legacy_sse: 'true' } });
    const other = await lab.token('other', 'write');
    const stream = await lab.fetch('/sse', { headers: { authorization: `Bearer ${lab.first}` } });
    const first = await stream.body?.getReader().read();
    const path = /data: (\S+)/.exec(new TextDecoder().decode(first?.value))?.[1] ?? '';
    const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const statuses = [];
    for (const [token, body] of [
      ['', ping],
      [other, ping],
      [lab.first, '{'],
      [lab.first, ping],
    ] as const)
      statuses.push((await lab.fetch(path, post(token, body))).status);
    expect(statuses).toEqual([401, 404, 400, 202]);
  });
});
