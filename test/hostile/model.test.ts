import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { connect, caller, eras, lab, type Answer, type Lab, type LabOptions } from '../harness.ts';

/** A model that means harm, or was talked into it, over MCP. What counts is what arrived at the sockets of the services. */
const only = ['proxmox', 'pihole', 'semaphore'];
const home = (env: Record<string, string>, more: LabOptions = {}): Promise<Lab> =>
  lab({ only, env, ...more });
const sent = ({ house: runtime, writes }: Lab): string[] =>
  runtime.services
    .filter(({ state }) => state === 'on')
    .flatMap(({ service }) => writes(service.id))
    .map(({ method, path }) => `${method} ${path}`);

const restart = { vmid: 30062 };
const record = { domain: 'scanner.lab.example.net', ip: '10.0.10.31' };
const run = { project: 'Homelab', template: 'Patch guests', dry_run: true, limit: ['dns'] };
const orders: [tool: string, args: Record<string, unknown>][] = [
  ['guest_restart', restart],
  ['guest_stop', { vmid: 30065 }],
  ['dns_add_record', record],
  ['dns_remove_record', { domain: 'git.lab.example.net' }],
  ['semaphore_run_task', run],
];

/** The answer, or the refusal of the client itself to send such a thing. */
const tried = (answer: Promise<Answer>): Promise<Answer> =>
  answer.catch((error: unknown) => ({ isError: true, text: String(error), data: undefined }));

describe.each(eras)('on the first call, as a client of %s', (era) => {
  it.each(['sealed', 'human'])(
    'at level %s nothing that stands in confirm writes',
    async (level) => {
      const one = await home({ LARES_WRITES: level }, { era });
      const guesses = [
        true,
        1,
        'true',
        'yes',
        'approve',
        '',
        ' ',
        '0',
        [],
        [true],
        {},
        { code: true },
        { approved: true },
        'AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA',
        '0'.repeat(26),
        'A'.repeat(1_000_000),
      ];
      for (const [tool, args] of orders)
        for (const confirm of guesses) {
          const { isError, text } = await tried(one.call(tool, { ...args, confirm }));
          expect(
            [isError, /code|not a|takes/.test(text)],
            `${tool} ${JSON.stringify(confirm).slice(0, 40)}: ${text.slice(0, 200)}`,
          ).toEqual([true, true]);
        }
      // Clients fill in null for what the model left out.
      expect((await one.call('guest_restart', { ...restart, confirm: null })).data.outcome).toMatch(
        /preview|waiting/,
      );
      expect(sent(one)).toEqual([]);
    },
  );

  it('at level confirm only true itself writes, and only what the answer then says', async () => {
    const one = await home({ LARES_WRITES: 'confirm' }, { era });
    for (const confirm of ['True', ' true', 'yes', '', 1, '1', {}, [true], '[true]'])
      expect(
        (await tried(one.call('guest_restart', { ...restart, confirm }))).isError,
        JSON.stringify(confirm),
      ).toBe(true);
    for (const confirm of [null, false, 'false'])
      expect(
        (await one.call('guest_restart', { ...restart, confirm })).data.outcome,
        JSON.stringify(confirm),
      ).toBe('preview');
    expect(sent(one)).toEqual([]);
    expect((await one.call('guest_restart', { ...restart, confirm: true })).text).toMatch(
      /^Done: restart LXC 30062 \(n8n\) on pve-mini5\./,
    );
    expect(sent(one)).toEqual(['POST /api2/json/nodes/pve-mini5/lxc/30062/status/reboot']);
  });

  it('at level off there is nothing to call', async () => {
    const one = await home({ LARES_WRITES: 'off' }, { era });
    expect(
      (await one.client.listTools()).tools.filter(
        ({ annotations }) => annotations?.readOnlyHint !== true,
      ),
    ).toEqual([]);
    for (const [tool, args] of orders)
      expect((await tried(one.call(tool, { ...args, confirm: true }))).isError).toBe(true);
    expect(sent(one)).toEqual([]);
  });
});

describe.each(eras)('with a code in hand, as a client of %s', (era) => {
  it('uses it once', async () => {
    const one = await home({ LARES_WRITES: 'sealed' }, { era });
    for (const [tool, args] of orders) {
      one.forget();
      const {
        data: { code },
      } = await one.call(tool, args);
      expect((await one.call(tool, { ...args, confirm: code })).data.outcome, tool).toMatch(
        /done|unfinished/,
      );
      const first = sent(one).length;
      const again = await one.call(tool, { ...args, confirm: code });
      expect(
        [again.isError || again.data.outcome === 'already', sent(one).length],
        `${tool}: ${again.text}`,
      ).toEqual([true, first]);
    }
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>[]]>([
    [
      'guest_restart',
      { vmid: 30062 },
      [
        { vmid: '30062' },
        { vmid: 'n8n' },
        { vmid: 'N8N' },
        { vmid: ' 30062' },
        { vmid: 30065 },
        { vmid: [30062] },
        { vmid: 30062, instance: 'default' },
        { vmid: 30062, force: true },
        { vmid: 30062, Vmid: 30065 },
        { vmid: 30062.5 },
        {},
      ],
    ],
    [
      'guest_stop',
      { vmid: 30065 },
      [
        { vmid: 30065, force: true },
        { vmid: 30065, force: false },
        { vmid: 30065, force: 'true' },
        { vmid: 30062 },
        { vmid: 30065, instance: null },
      ],
    ],
    [
      'dns_add_record',
      record,
      [
        { ...record, ip: '10.0.10.32' },
        { ...record, domain: 'Scanner.lab.example.net' },
        { ...record, domain: 'scanner.lab.example.net.' },
        { ...record, ip: '010.0.10.31' },
        { ...record, ttl: 5 },
        { domain: record.domain, target: 'nas.lab.example.net' },
        { ...record, instance: 'dns1' },
      ],
    ],
    [
      'semaphore_run_task',
      run,
      [
        { ...run, dry_run: false },
        { project: run.project, template: run.template, limit: run.limit },
        { ...run, limit: ['all'] },
        { ...run, limit: 'dns' },
        { ...run, limit: ['dns', 'all'] },
        { ...run, diff: true },
        { ...run, arguments: ['-i', 'evil,'] },
        { ...run, template: 'Deploy' },
        { ...run, project: '1' },
      ],
    ],
  ])('%s: other arguments than those that were shown are refused', async (tool, args, others) => {
    const one = await home({ LARES_WRITES: 'sealed' }, { era });
    const {
      data: { code },
    } = await one.call(tool, args);
    for (const other of others) {
      const { isError, text } = await tried(one.call(tool, { ...other, confirm: code }));
      expect(isError, `${JSON.stringify(other)}: ${text}`).toBe(true);
    }
    expect(sent(one)).toEqual([]);
    expect(
      (await one.call(tool, { ...args, confirm: code })).data.outcome,
      'the code itself is still good',
    ).toMatch(/done|unfinished/);
  });

  it('spells it wrongly in every way', async () => {
    const [one, foreign] = [
      await home({ LARES_WRITES: 'sealed' }, { era }),
      await home({ LARES_WRITES: 'sealed' }, { era }),
    ];
    const {
      data: { code },
    } = await one.call('guest_restart', restart);
    const {
      data: { code: theirs },
    } = await foreign.call('guest_restart', restart);
    const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    const changed = [...code].flatMap((letter, i) =>
      letter === '-'
        ? []
        : [`${code.slice(0, i)}${letters[(letters.indexOf(letter) + 1) % 32]}${code.slice(i + 1)}`],
    );
    for (const wrong of [
      ...changed,
      code.slice(0, -1),
      code.slice(1),
      `${code}0`,
      code + code,
      `${code}\u200b`,
      code.replace('-', '\u2010'),
      code.replaceAll('0', '\uff10').padEnd(31, '\uff10'),
      theirs,
      createHash('sha256').update(code).digest('hex').slice(0, 26),
    ]) {
      const { isError, text } = await one.call('guest_restart', { ...restart, confirm: wrong });
      expect([isError, text], wrong).toEqual([
        true,
        expect.stringMatching(
          /That is not a code|That code (is too old|was given)|What this would do has changed/,
        ),
      ]);
    }
    expect(sent(one)).toEqual([]);
  });

  it('waits until the world is another', async () => {
    const one = await home({ LARES_WRITES: 'sealed' }, { era });
    const {
      data: { code },
    } = await one.call('guest_restart', restart);
    const guest = one.world.guests.find(({ vmid }) => vmid === 30062);
    Object.assign(guest ?? {}, { node: 'pve-big1' });
    expect((await one.call('guest_restart', { ...restart, confirm: code })).text).toMatch(
      /What this would do has changed since the code was given/,
    );
    Object.assign(guest ?? {}, { status: 'stopped' });
    expect((await one.call('guest_restart', { ...restart, confirm: code })).text).toMatch(
      /is not running, so it cannot be restarted/,
    );
    const { data: dns } = await one.call('dns_remove_record', { domain: 'git.lab.example.net' });
    for (const instance of one.world.pihole.instances)
      instance.cnameRecords = instance.cnameRecords.map((line) =>
        line.replace(/^(git\.[^,]*),.*/, '$1,nas.lab.example.net'),
      );
    expect(
      (await one.call('dns_remove_record', { domain: 'git.lab.example.net', confirm: dns.code }))
        .isError,
    ).toBe(true);
    expect(sent(one)).toEqual([]);
  });

  it('sends it five times at the same moment', async () => {
    const one = await home({ LARES_WRITES: 'sealed' }, { era });
    for (const [tool, args] of [
      ['guest_restart', restart],
      ['semaphore_run_task', run],
    ] as const) {
      one.forget();
      const {
        data: { code },
      } = await one.call(tool, args);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => one.call(tool, { ...args, confirm: code })),
      );
      expect(
        answers.filter(({ isError }) => !isError),
        tool,
      ).toHaveLength(1);
      expect(sent(one)).toHaveLength(1);
    }
  });
});

// Over stateless HTTP an older client has no name; with tokens the name is that of the token (`../http`).
describe('with a code of somebody else', () => {
  it('takes it to another tool, or to another client', async () => {
    const one = await home({ LARES_WRITES: 'sealed' });
    const {
      data: { code },
    } = await one.call('guest_stop', { vmid: 30065 });
    expect((await one.call('guest_restart', { vmid: 30065, confirm: code })).text).toMatch(
      /That code was given for other arguments/,
    );
    const other = await connect(one.house, '2026-07-28', 'another');
    expect((await caller(other)('guest_stop', { vmid: 30065, confirm: code })).text).toMatch(
      /That code was given to another caller/,
    );
    await other.close();
    expect(sent(one)).toEqual([]);
  });
});

describe('names that are more than names', () => {
  const tricks = [
    '../../30062',
    '30062/../../storage',
    '..',
    '.',
    '%2e%2e',
    '%2e%2e%2f30062',
    '30062%00',
    '30062\u0000',
    '30062\n',
    'n8n/status/stop',
    'n8n?force=1',
    'n8n#',
    '\\..\\',
    '',
    ' ',
    'n8n\u200b',
    'n8\u0578',
    '\uff13\uff10\uff10\uff16\uff12',
    '\u202e260 03',
    'constructor',
    '__proto__',
    '*',
    '30062,30065',
    '1e5',
    '0x7570',
    '-1',
    '9'.repeat(400),
  ];

  it('never leave their place in a path, and never write', async () => {
    const one = await home({ LARES_WRITES: 'confirm' });
    for (const trick of tricks)
      for (const [tool, args] of [
        ['guest_restart', { vmid: trick }],
        ['guest_stop', { vmid: trick, force: true }],
        ['dns_add_record', { domain: `${trick}/x`, ip: '10.0.0.1' }],
        ['dns_remove_record', { domain: trick }],
        ['dns_remove_record', { domain: 'git.lab.example.net', ip: trick }],
        ['semaphore_run_task', { project: trick, template: 'Patch guests' }],
        ['semaphore_run_task', { project: 'Homelab', template: trick }],
      ] as const) {
        const { isError, data, text } = await tried(one.call(tool, { ...args, confirm: true }));
        expect(
          isError || data.outcome === 'already',
          `${tool} ${JSON.stringify(args)}: ${text}`,
        ).toBe(true);
      }
    expect(sent(one)).toEqual([]);
    for (const { path } of only.flatMap((service) => one.requests(service)))
      expect(path).not.toMatch(/\.\.|%2e|%00|%0a|\/\//i);
  });
});

describe('extra arguments of Ansible', () => {
  const patch = { project: 'Homelab', template: 'Patch guests', dry_run: true, confirm: true };
  const home = (rule?: string): Promise<Lab> =>
    lab({ only: ['semaphore'], env: { LARES_WRITES: 'confirm', LARES_PROTECT: rule } });

  it.each([
    ['-i', 'evil,'],
    ['-ievil,'],
    ['-vi', 'evil,'],
    ['-Ckvievil,'],
    ['--inventory=evil,'],
    ['--inventory-file', 'evil,'],
    ['--inv=evil,'],
    ['-l', 'dns1', '-i', 'evil,'],
  ])('%s %s: another inventory is refused', async (...words) => {
    const one = await home();
    expect((await one.call('semaphore_run_task', { ...patch, arguments: words })).text).toMatch(
      /another inventory \(-i\) would reach hosts that the preview cannot show/,
    );
    expect(sent(one)).toEqual([]);
  });

  it('do not reach a protected host past the limit that is shown', async () => {
    const open = await home();
    const reached = (
      await open.call('semaphore_run_task', { ...patch, confirm: false, limit: ['dns'] })
    ).data.warnings.join(' ') as string;
    const [, names = ''] = /It reaches \d+ hosts?: ([^.]*(?:\.[^ .][^.]*)*)\./.exec(reached) ?? [];
    expect(names).not.toBe('');
    const all = (await open.call('semaphore_list_inventories', { project: 'Homelab' })).text;
    expect(all).not.toBe('');
    const inventory = open.world.semaphore.inventories.find(({ id }) => id === 1)?.content ?? '';
    const other =
      inventory
        .split('\n')
        .map((line) => line.trim().split(/\s/)[0] ?? '')
        .find((word) => /^[a-z][\w.-]*$/.test(word) && !names.split(', ').includes(word)) ?? '';
    expect(other).not.toBe('');
    const guarded = await home(`name:${other}`);
    for (const words of [
      [`--limit=${other}`],
      ['--lim', other],
      ['-l', other],
      [`-vl${other}`],
      [`--limit=dns:${other}`],
      ['--limit=all'],
      [`--limit=~${other}`],
    ]) {
      const { text, isError } = await guarded.call('semaphore_run_task', {
        ...patch,
        limit: ['dns'],
        arguments: words,
      });
      expect([isError, text], words.join(' ')).toEqual([
        true,
        expect.stringContaining(`covered by the rule name:${other}`),
      ]);
    }
    expect(sent(guarded)).toEqual([]);
    expect(
      (await guarded.call('semaphore_run_task', { ...patch, limit: ['dns'] })).data.outcome,
    ).toBe('done');
  });
});

describe('more than anybody reads', () => {
  const long = 'A'.repeat(1_000_000);
  const many = Array.from({ length: 10_000 }, (_, i) => `host${i}`);
  const deep = JSON.parse('['.repeat(2_000) + ']'.repeat(2_000)) as unknown;
  const slow = 'eyJ-'.repeat(250_000);
  const blank = `token=${' '.repeat(1_000_000)}`;

  it('is refused before anything is asked, recorded in a line of bounded length, and stops nothing', async () => {
    const one = await home({ LARES_WRITES: 'sealed' });
    for (const huge of [long, many, deep, slow, blank])
      for (const [tool, args] of [
        ['guest_restart', { vmid: huge }],
        ['guest_restart', { vmid: 30062, [String(huge).slice(0, 1_000_000)]: 1 }],
        ['dns_add_record', { ...record, domain: huge }],
        ['semaphore_run_task', { ...run, limit: huge }],
        ['semaphore_run_task', { ...run, variables: [huge] }],
      ] as const) {
        const { isError, text } = await tried(one.call(tool, args));
        expect([isError, text.length < 2_000], `${tool} ${text.slice(0, 100)}`).toEqual([
          true,
          true,
        ]);
      }
    expect(sent(one)).toEqual([]);
    const { entries, broken } = one.house.journal.read();
    expect([broken, new Set(entries.map(({ event }) => event))]).toEqual([
      undefined,
      new Set(['refused']),
    ]);
    expect(statSync(one.house.journal.file).size / entries.length).toBeLessThan(64_000);
    const {
      data: { code },
    } = await one.call('guest_restart', restart);
    expect((await one.call('guest_restart', { ...restart, confirm: code })).data.outcome).toBe(
      'done',
    );
  });

  it('cannot bury the person who is to approve under questions', async () => {
    const one = await home({ LARES_WRITES: 'human' });
    const answers = [];
    for (let i = 0; i < 55; i++)
      answers.push(
        await one.call('dns_add_record', { domain: `n${i}.lab.example.net`, ip: '10.0.10.31' }),
      );
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(50);
    expect(answers.at(-1)?.text).toMatch(
      /^50 writes wait for a person already\. Nothing was done\./,
    );
    expect(sent(one)).toEqual([]);
  });
});
