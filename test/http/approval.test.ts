import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eras } from '../harness.ts';
import { httpLab, type HttpLab } from './http-lab.ts';

type Asked = HttpLab & { first: string; operator: string; code: string; page: string };
const restart = { vmid: 30062 };

/** A write at level `human` that waits, and an operator who may answer it. */
async function asked(env: Record<string, string> = {}): Promise<Asked> {
  const lab = await httpLab({ env: { LARES_WRITES: 'human', ...env } });
  const operator = await lab.token('operator', 'approve');
  lab.server.reload();
  const client = await lab.connect(lab.first, '2025-11-25');
  const { data, text } = await lab.call(client)('guest_restart', restart);
  expect([data.outcome, data.page, text.includes(data.page)]).toEqual([
    'waiting',
    `${lab.url}/approve/${data.code}`,
    true,
  ]);
  return Object.assign(lab, { operator, code: data.code as string, page: `/approve/${data.code}` });
}

const formOf = async (lab: Asked): Promise<string> =>
  /name="form"\s+value="([^"]+)"/.exec(await (await lab.fetch(lab.page)).text())?.[1] ?? '';
const submit = (
  lab: Asked,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  lab.fetch(lab.page, { method: 'POST', headers, body: new URLSearchParams(fields) });
const confirm = async (lab: Asked): Promise<{ outcome?: string; text: string }> => {
  const { data, text } = await lab.call(await lab.connect(lab.first, '2026-07-28'))(
    'guest_restart',
    { ...restart, confirm: lab.code },
  );
  return { outcome: data?.outcome, text };
};

describe('the approval page', () => {
  it('shows what would happen, loads nothing from anywhere, and runs nothing', async () => {
    const lab = await asked();
    const answer = await lab.fetch(lab.page);
    const html = await answer.text();
    expect(html).toContain('Will restart');
    expect(html).toMatch(/30062[\s\S]*first, /);
    expect(html).not.toMatch(/<script|<img|<link|@import|url\(|https?:\/\/(?!127)/i);
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    expect(answer.headers.get('content-security-policy')).toContain(
      `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    );
    expect([answer.headers.get('cache-control'), answer.headers.get('x-frame-options')]).toEqual([
      'no-store',
      'DENY',
    ]);
    expect((await lab.fetch('/approve/AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA')).status).toBe(404);
    expect((await lab.fetch(lab.page.slice(0, -6))).status).toBe(404);
  });

  it('an operator approves, and the write happens once', async () => {
    const lab = await asked();
    const said = await submit(lab, {
      form: await formOf(lab),
      token: lab.operator,
      answer: 'approve',
    });
    expect([said.status, (await said.text()).includes('Approved: restart')]).toEqual([200, true]);
    expect(lab.writes('proxmox')).toEqual([]);
    expect((await confirm(lab)).outcome).toBe('done');
    expect((await confirm(lab)).text).toMatch(/used already|has changed/);
    expect(lab.writes('proxmox')).toHaveLength(1);
    expect(
      lab
        .house()
        .journal.read()
        .entries.map(({ event, by, caller, approvedBy }) => [event, by ?? caller, approvedBy]),
    ).toContainEqual(['approved', 'operator', undefined]);
    expect(lab.house().journal.read().entries).toContainEqual(
      expect.objectContaining({
        event: 'started',
        caller: 'first',
        approvedBy: 'operator',
        how: 'approval page',
      }),
    );
  });

  it('declining is final', async () => {
    const lab = await asked();
    expect(
      (await submit(lab, { form: await formOf(lab), token: lab.operator, answer: 'deny' })).status,
    ).toBe(200);
    expect((await confirm(lab)).text).toMatch(/^Declined by operator \(approval page/);
    expect(
      (await submit(lab, { form: await formOf(lab), token: lab.operator, answer: 'approve' }))
        .status,
    ).toBe(404);
    expect(lab.writes('proxmox')).toEqual([]);
  });

  it('who asks cannot approve, neither can a reader, a stranger, a form from elsewhere or another page', async () => {
    const lab = await asked();
    const form = await formOf(lab);
    const attempts: [string, Record<string, string>, Record<string, string>?][] = [
      ['the caller itself', { form, token: lab.first, answer: 'approve' }],
      ['a reader', { form, token: await lab.token('reader', 'read'), answer: 'approve' }],
      ['a stranger', { form, token: 'lares_nobody', answer: 'approve' }],
      ['nobody', { form, answer: 'approve' }],
      [
        'a form made up',
        { form: `${form.split('.')[0]}.${'A'.repeat(43)}`, token: lab.operator, answer: 'approve' },
      ],
      ['no form', { token: lab.operator, answer: 'approve' }],
      [
        'a form of another code',
        {
          form: form.replace(/^\d+/, (minute) => String(Number(minute) - 1)),
          token: lab.operator,
          answer: 'approve',
        },
      ],
      [
        'another origin',
        { form, token: lab.operator, answer: 'approve' },
        { origin: 'http://evil.example' },
      ],
      ['no answer', { form, token: lab.operator }],
    ];
    for (const [who, fields, headers] of attempts)
      expect([who, (await submit(lab, fields, headers)).status >= 400]).toEqual([who, true]);
    expect((await confirm(lab)).outcome).toBe('waiting');
    expect(
      (await lab.fetch(lab.page, { headers: { authorization: `Bearer ${lab.first}` } })).status,
    ).toBe(200);
    expect((await confirm(lab)).outcome).toBe('waiting');
    expect(lab.writes('proxmox')).toEqual([]);
  });

  it('an operator token opens nothing else', async () => {
    const lab = await asked();
    await expect(lab.connect(lab.operator, '2025-11-25')).rejects.toThrow(/403|for approving/);
  });

  it('names from the services are shown as text', async () => {
    const lab = await httpLab({ env: { LARES_WRITES: 'human' } });
    await lab.token('operator', 'approve');
    lab.server.reload();
    const guest = lab.world.guests.find(({ vmid }) => vmid === 30062);
    Object.assign(guest ?? {}, { name: '<script>alert(1)</script>' });
    const { data } = await lab.call(await lab.connect(lab.first, '2026-07-28'))(
      'guest_restart',
      restart,
    );
    const html = await (await lab.fetch(`/approve/${data.code}`)).text();
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
  });
});

describe.each(eras)('url elicitation, revision %s', (era) => {
  it.each(['approve', 'deny'] as const)(
    'opens the page, and what a person says there counts: %s',
    async (answer) => {
      const lab = await asked();
      const client = await lab.connect(lab.first, era, { elicitation: { url: {} } });
      const opened: string[] = [];
      client.setRequestHandler('elicitation/create', async ({ params }) => {
        const url = new URL(String((params as { url?: string }).url));
        opened.push(url.pathname);
        const fields = {
          form: /name="form"\s+value="([^"]+)"/.exec(await (await fetch(url)).text())?.[1] ?? '',
          token: lab.operator,
          answer,
        };
        expect(
          (await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })).status,
        ).toBe(200);
        return { action: 'accept' };
      });
      const { data, text } = await lab.call(client)('guest_restart', restart);
      expect(opened).toHaveLength(1);
      if (answer === 'approve')
        expect([data.outcome, data.approvedBy]).toEqual(['done', 'operator']);
      else expect(text).toMatch(/^Declined by operator/);
      expect(lab.writes('proxmox')).toHaveLength(answer === 'approve' ? 1 : 0);
    },
  );

  it('a client that answers by itself approves nothing', async () => {
    const lab = await asked();
    for (const action of ['decline', 'cancel'] as const) {
      const client = await lab.connect(lab.first, era, { elicitation: { url: {}, form: {} } });
      const modes: unknown[] = [];
      client.setRequestHandler('elicitation/create', async ({ params }) => {
        modes.push((params as { mode?: string }).mode);
        return { action };
      });
      expect((await lab.call(client)('guest_restart', restart)).data.outcome).toBe('waiting');
      expect(modes).toEqual(['url']);
    }
    expect(lab.writes('proxmox')).toEqual([]);
  });

  it('is not used for a client that only knows forms, which gets the way to approve as text', async () => {
    const lab = await asked();
    const client = await lab.connect(lab.first, era, { elicitation: { form: {} } });
    const { data, text } = await lab.call(client)('guest_restart', restart);
    expect([data.outcome, text.includes('/approve/')]).toEqual(['waiting', true]);
  });
});
