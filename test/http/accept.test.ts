import { describe, expect, it } from 'vitest';
import { acceptedKinds } from '../../src/mcp/http/accept.ts';
import { httpLab } from './http-lab.ts';

const both = { json: true, stream: true };

describe('an Accept header', () => {
  it.each([
    [null, both],
    ['', both],
    ['*/*', both],
    ['application/json, text/event-stream', both],
    ['application/json;q=0.9, TEXT/Event-Stream; charset=utf-8', both],
    ['application/*', { json: true, stream: false }],
    ['application/json', { json: true, stream: false }],
    ['text/*', { json: false, stream: true }],
    ['*/*;q=0', { json: false, stream: false }],
    ['*/*, application/json;q=0', { json: false, stream: true }],
    ['image/png', { json: false, stream: false }],
  ])('%j is read as its specification has it', (header, kinds) => {
    expect(acceptedKinds(header)).toEqual(kinds);
  });
});

describe('a request over HTTP', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    },
  };

  it('is answered in a kind that the client takes, at /mcp and at /mcp/', async () => {
    const lab = await httpLab({ only: ['prometheus'] });
    const post = (path: string, accept: string, body: unknown) =>
      lab.fetch(path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept,
          authorization: `Bearer ${lab.first}`,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    for (const path of ['/mcp', '/mcp/'])
      for (const [accept, type] of [
        ['*/*', 'text/event-stream'],
        ['text/*', 'text/event-stream'],
        ['application/json, text/event-stream', 'text/event-stream'],
        ['application/*', 'application/json'],
        ['application/json', 'application/json'],
      ] as const) {
        const response = await post(path, accept, initialize);
        expect(
          [response.status, response.headers.get('content-type')?.split(';')[0]],
          accept,
        ).toEqual([200, type]);
        expect(await response.text()).toContain('"protocolVersion":"2025-06-18"');
      }
    expect((await post('/mcp', 'image/png', initialize)).status).toBe(406);
    expect((await post('/mcp', '*/*', `\ufeff${JSON.stringify(initialize)}`)).status).toBe(200);
    const wrong = await post('/mcp', '*/*', { jsonrpc: '2.0', id: 9, method: 7 });
    expect([wrong.status, await wrong.json()]).toEqual([
      400,
      expect.objectContaining({ id: 9, error: expect.objectContaining({ code: -32_600 }) }),
    ]);
  });

  it('with "params": null is one without', async () => {
    const lab = await httpLab({ only: ['prometheus'] });
    const opened = await lab.fetch('/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${lab.first}` },
      body: JSON.stringify(initialize),
    });
    const session = opened.headers.get('mcp-session-id') ?? '';
    await opened.text();
    const listed = await lab.fetch('/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${lab.first}`,
        'mcp-session-id': session,
      },
      body: '{"jsonrpc":"2.0","id":2,"method":"tools/list","params":null}',
    });
    const { result } = (await listed.json()) as { result: { tools: { name: string }[] } };
    expect(result.tools.map(({ name }) => name)).toContain('service_health');
  });
});
