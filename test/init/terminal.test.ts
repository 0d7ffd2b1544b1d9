import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { json, type Loopback } from '../../src/demo/loopback.ts';
import { incidents } from '../../src/demo/incidents/index.ts';
import { startDemo, type Demo } from '../../src/demo/start.ts';
import { createWorld } from '../../src/demo/world/index.ts';
import { answersFile, credentialHeaders, homelab, scratch, server } from './init-lab.ts';

/** The built program at a terminal of its own. */
const program = fileURLToPath(new URL('../../dist/lares.js', import.meta.url));
const terminal = fileURLToPath(new URL('dialogue.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

type Step = readonly [shown: string, typed: string];
const enter = '\r';
const ctrlC = '\u0003';

interface Run {
  code: number | null;
  screen: string;
  /** As it came, with everything that the cursor did. */
  raw: string;
}

function run(
  command: readonly string[],
  folder: string,
  env: Record<string, string>,
): Promise<Run> {
  const child = spawn(command[0] ?? '', command.slice(1), {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      TERM: 'xterm',
      HOME: folder,
      LARES_STATE_DIR: join(folder, 'state'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let raw = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      raw += text.toString();
    });
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, raw, screen: stripVTControlCharacters(raw) }));
  });
}

const typed = (
  folder: string,
  args: readonly string[],
  steps: readonly Step[],
  env: Record<string, string> = {},
): Promise<Run> =>
  run(
    [
      'python3',
      terminal,
      JSON.stringify(steps),
      process.execPath,
      program,
      'init',
      '--env',
      'lares.env',
      ...args,
    ],
    folder,
    env,
  );

const file = (folder: string): string => join(folder, 'lares.env');
const textOf = (folder: string): string =>
  existsSync(file(folder)) ? readFileSync(file(folder), 'utf8') : '';
const serverOf = (demo: Demo, id: string): Loopback => {
  const [first] = demo.fakes.get(id)?.servers ?? [];
  if (!first) throw new Error(`${id} has no server`);
  return first;
};
const signedIn = ({ requests }: Loopback): number =>
  requests.filter(({ headers }) => credentialHeaders.some((name) => headers[name] !== undefined))
    .length;

const proxmoxSteps = ({ env }: Demo): readonly Step[] => [
  ['Which of these', ` ${enter}`],
  ['Where is Proxmox VE?', `${env['PROXMOX_URL']}/#v1:0${enter}`],
  ['is that the fingerprint', 'y'],
  ['Shall Lares be able to', enter],
  ['PROXMOX_TOKEN_ID:', enter],
  ['PROXMOX_TOKEN_SECRET:', `${env['PROXMOX_TOKEN_SECRET']}${enter}`],
  ['Anything else?', enter],
];

describe.skipIf(!hasPython)(
  'lares init, at a terminal (skipped without python3, which makes one)',
  () => {
    it('asks, looks, tells the recipe, tries, writes and gives the verdict; the secret never shows', async () => {
      const demo = await homelab('proxmox');
      const folder = scratch();
      const { code, screen, raw } = await typed(folder, [], proxmoxSteps(demo));
      expect([code, screen]).toEqual([
        0,
        expect.stringMatching(
          /Proxmox VE answers at https:[\s\S]*SHA-256 [\s\S]*pveum user token add lares@pve lares[\s\S]*OK +proxmox at[\s\S]*may see guests[\s\S]*Kept in [\s\S]*All clear\.[\s\S]*connect --env/,
        ),
      ]);
      expect(raw).not.toContain(demo.env['PROXMOX_TOKEN_SECRET']);
      expect(textOf(folder)).toContain(
        `PROXMOX_TOKEN_SECRET=${demo.env['PROXMOX_TOKEN_SECRET']}\n`,
      );
      expect(statSync(file(folder)).mode & 0o777).toBe(0o600);
    });

    it('with service and address given, three keystrokes beside the secret', async () => {
      const demo = await homelab('netbox');
      const folder = scratch();
      const { code, screen } = await typed(
        folder,
        ['netbox', demo.env['NETBOX_URL'] ?? ''],
        [
          ['Is it yours?', enter],
          ['NETBOX_TOKEN:', `${demo.env['NETBOX_TOKEN']}${enter}`],
          ['Anything else?', enter],
        ],
      );
      expect([code, screen]).toEqual([
        0,
        expect.stringMatching(/NetBox 4\.6 answers at[\s\S]*All clear/),
      ]);
    });

    it('Ctrl-C at every prompt: what was done is kept, nothing signs in before its time, and the next run goes on', async () => {
      const demo = await homelab('proxmox');
      const steps = proxmoxSteps(demo);
      for (const [at, [shown]] of steps.entries()) {
        const folder = scratch();
        const proxmox = serverOf(demo, 'proxmox');
        proxmox.forget();
        const { code, screen, raw } = await typed(
          folder,
          [],
          [...steps.slice(0, at), [shown, ctrlC]],
        );
        const kept = textOf(folder);
        const isDone = at === 6;
        expect([shown, code, screen]).toEqual([
          shown,
          2,
          expect.stringMatching(
            at < 3
              ? /Stopped\. Nothing was written/
              : /Stopped\. What was done is kept in .*lares\.env/,
          ),
        ]);
        expect([shown, kept !== '', kept.includes('unfinished')]).toEqual([
          shown,
          at >= 3,
          at >= 3 && !isDone,
        ]);
        expect([shown, /^PROXMOX_TOKEN_SECRET=/m.test(kept), signedIn(proxmox) > 0]).toEqual([
          shown,
          isDone,
          isDone,
        ]);
        expect(raw).not.toContain(demo.env['PROXMOX_TOKEN_SECRET']);
        if (at !== 5) continue;
        const again = await typed(
          folder,
          ['proxmox'],
          [['Where is Proxmox VE?', enter], ...steps.slice(2)],
        );
        expect([again.code, textOf(folder)]).toEqual([
          0,
          expect.not.stringContaining('unfinished'),
        ]);
      }
    });

    it.each<[string, string]>([
      ['Ctrl-D and Ctrl-C', `\u0004${ctrlC}`],
      ['Escape', '\u001b'],
    ])('%s at a prompt does no harm either', async (_, key) => {
      const demo = await homelab('netbox');
      const folder = scratch();
      const { screen } = await typed(
        folder,
        ['netbox', demo.env['NETBOX_URL'] ?? ''],
        [
          ['Is it yours?', enter],
          ['NETBOX_TOKEN:', key],
        ],
      );
      expect(screen).toMatch(/Stopped\. What was done is kept/);
      expect(signedIn(serverOf(demo, 'netbox'))).toBe(0);
    });

    it('Ctrl-C while a server hangs', async () => {
      const hung = await server(() => ({ delayMs: 60_000 }));
      const { code, screen } = await typed(
        scratch(),
        ['netbox', hung.url],
        [['Looking at', ctrlC]],
      );
      expect([code, screen]).toEqual([2, expect.stringMatching(/Stopped\. Nothing was written/)]);
    });

    it('Ctrl-C while a credential is tried: it is not kept, and the accepted address is', async () => {
      const netbox = await server(({ headers }) =>
        headers['authorization'] === undefined
          ? json({ 'netbox-version': '4.6.0' })
          : { delayMs: 60_000 },
      );
      const folder = scratch();
      const { code, screen } = await typed(
        folder,
        ['netbox', netbox.url],
        [
          ['Is it yours?', enter],
          ['NETBOX_TOKEN:', `${'a1b2'.repeat(10)}${enter}`],
          ['Asking NetBox', ctrlC],
        ],
      );
      expect([code, screen]).toEqual([2, expect.stringMatching(/Stopped\. What was done is kept/)]);
      expect(textOf(folder)).toContain(`# NETBOX_URL=${netbox.url}\n`);
      expect(textOf(folder)).not.toContain('a1b2');
    });

    it('wrong answers at every prompt are named, and asked again', async () => {
      const demo = await homelab('netbox');
      const folder = scratch();
      const { code, screen, raw } = await typed(
        folder,
        ['n8n'],
        [
          ['Where is n8n?', enter],
          ['Its address, as you would open it', `ssh://x${enter}`],
          ['is not how a service is reached', ''],
          ['Try another address?', enter],
          ['Where is n8n?', `http://127.0.0.1:1${enter}`],
          ['connection refused', ''],
          ['As it comes, n8n listens at port 5678 or 443.', ''],
          ['Try another address?', enter],
          ['Where is n8n?', `${demo.env['NETBOX_URL']}${enter}`],
          ['not n8n', ''],
          ['Add it as NetBox?', enter],
          ['Is it yours?', enter],
          ['NETBOX_TOKEN:', enter],
          ['It cannot be empty', `wrong-token-wrong-token${enter}`],
          ['That did not work', `\u001b[B${enter}`],
          ['NETBOX_TOKEN:', `${demo.env['NETBOX_TOKEN']}${enter}`],
          ['Anything else?', enter],
        ],
      );
      expect([code, screen]).toEqual([0, expect.stringMatching(/DENIED +netbox[\s\S]*OK +netbox/)]);
      expect(raw).not.toMatch(/wrong-token-wrong/);
      expect(textOf(folder)).not.toContain('wrong-token');
    });

    it('a second Pi-hole: both get names, and the first keeps its password', async () => {
      const demo = await homelab('pihole');
      const folder = scratch();
      const { env } = demo;
      const first = await typed(
        folder,
        ['pihole', env['PIHOLE_DNS1_URL'] ?? ''],
        [
          ['Is it yours?', enter],
          ['Shall Lares be able to', enter],
          ['PIHOLE_PASSWORD:', `${env['PIHOLE_DNS1_PASSWORD']}${enter}`],
          // Its resolver is at another port, which nobody asked for.
          ['It may not do all', `\u001b[B\u001b[B${enter}`],
          ['Anything else?', enter],
        ],
      );
      expect([first.code, first.screen]).toEqual([
        1,
        expect.stringMatching(/MAY NOT ask its resolver/),
      ]);
      const second = await typed(
        folder,
        ['pihole', env['PIHOLE_DNS2_URL'] ?? ''],
        [
          ['Is it yours?', enter],
          ['is there already', enter],
          ['A name for the one at', `Not A Name${enter}`],
          ['Lower case letters', `${'\u007f'.repeat(10)}dns1${enter}`],
          ['A name for the one at', `dns1${enter}`],
          ['There is one of that name', `${'\u007f'.repeat(4)}dns2${enter}`],
          ['PIHOLE_DNS2_PASSWORD:', `${env['PIHOLE_DNS2_PASSWORD']}${enter}`],
          ['It may not do all', `\u001b[B\u001b[B${enter}`],
          ['Anything else?', enter],
        ],
      );
      expect([second.code, second.screen]).toEqual([1, expect.stringContaining('Kept in')]);
      expect(textOf(folder)).toContain(`PIHOLE_DNS1_PASSWORD=${env['PIHOLE_DNS1_PASSWORD']}\n`);
      expect(textOf(folder)).toContain(`PIHOLE_DNS2_URL=${env['PIHOLE_DNS2_URL']}\n`);
      expect(textOf(folder)).not.toMatch(/^PIHOLE_URL/m);
    });

    it('over plain http beyond this machine it asks again, and no is the answer to Enter', async () => {
      const demo = await homelab('netbox');
      const netbox = serverOf(demo, 'netbox');
      const folder = scratch();
      const { code, screen } = await typed(
        folder,
        ['netbox', `http://0.0.0.0:${netbox.port}`],
        [
          ['Is it yours?', enter],
          ['Send it all the same?', enter],
          ['is left for later', ''],
          ['Anything else?', enter],
        ],
      );
      expect([code, screen]).toEqual([
        2,
        expect.stringMatching(/Plain http: whoever is on the way/),
      ]);
      expect(signedIn(netbox)).toBe(0);
      expect(textOf(folder)).toContain('unfinished');
    });

    it('a new credential for one that is there keeps what else was set for it', async () => {
      const demo = await homelab('pihole');
      const folder = scratch();
      const { env } = demo;
      const address = env['PIHOLE_DNS1_URL'] ?? '';
      const variables = {
        password: env['PIHOLE_DNS1_PASSWORD'],
        dns_port: env['PIHOLE_DNS1_DNS_PORT'],
      };
      const answers = answersFile(folder, [
        { service: 'pihole', address, variables, writes: true },
      ]);
      const added = await run(
        [process.execPath, program, 'init', '--env', 'lares.env', '--answers', answers],
        folder,
        {},
      );
      expect(added.code).toBe(0);
      const before = textOf(folder);
      const steps = (secret: string, rest: readonly Step[]): readonly Step[] => [
        ['Is it yours?', enter],
        ['is there already. Give it a new credential?', enter],
        ['Shall Lares be able to', 'y'],
        ['PIHOLE_PASSWORD:', `${secret}${enter}`],
        ...rest,
      ];
      const stopped = await typed(
        folder,
        ['pihole', address],
        steps('wrong-wrong-wrong', [['That did not work', ctrlC]]),
      );
      expect([stopped.code, textOf(folder)]).toEqual([2, before]);
      const renewed = await typed(
        folder,
        ['pihole', address],
        steps(env['PIHOLE_DNS1_PASSWORD'] ?? '', [['Anything else?', enter]]),
      );
      expect([renewed.code, renewed.screen]).toEqual([
        0,
        expect.stringMatching(/may ask its resolver/),
      ]);
      expect(textOf(folder)).toContain(`PIHOLE_DNS_PORT=${env['PIHOLE_DNS1_DNS_PORT']}\n`);
    });

    it('where it is not the answers that are wrong, it does not ask for ever', async () => {
      const caddy = await server(({ path }) => {
        if (path === '/admin/reverse_proxy/upstreams') return json([]);
        return path === '/admin/config/admin' ? json(null) : { status: 404 };
      });
      const { code, screen } = await typed(
        scratch(),
        ['caddy', `${caddy.url}/admin`],
        [
          ['Is it yours?', enter],
          ['must be http://host:2019', ''],
          ['Answer again?', 'n'],
          ['is left for later', ''],
          ['Anything else?', enter],
        ],
      );
      expect([code, screen]).toEqual([2, expect.stringMatching(/Nothing was added/)]);
    });

    it('a password in the address is refused, and not shown a second time', async () => {
      const { raw } = await typed(
        scratch(),
        ['netbox', 'https://lares:hunter2hunter2@netbox.example.net'],
        [
          ['holds credentials', ''],
          ['Try another address?', 'n'],
          ['Anything else?', enter],
        ],
      );
      expect(raw).not.toContain('hunter2');
    });

    it('offers what the first answers name, and asks it nothing before it was chosen', async () => {
      const demo = await homelab('proxmox');
      const { screen } = await typed(scratch(), [], proxmoxSteps(demo));
      expect(screen).toMatch(/NetBox at netbox/);
    });

    it('a terminal that does not tell its width is a terminal all the same', async () => {
      const demo = await homelab('netbox');
      const { code, screen } = await typed(
        scratch(),
        ['netbox', demo.env['NETBOX_URL'] ?? ''],
        [
          ['Is it yours?', enter],
          ['NETBOX_TOKEN:', `${demo.env['NETBOX_TOKEN']}${enter}`],
          ['Anything else?', enter],
        ],
        { DIALOGUE_COLUMNS: '0' },
      );
      expect([code, screen]).toEqual([0, expect.stringContaining('All clear')]);
    });

    it('its exit code is that of the verdict it ends with', async () => {
      const world = createWorld();
      incidents['guest-down']?.apply(world);
      const demo = await startDemo({ world, only: ['proxmox'] });
      onTestFinished(() => demo.close());
      const { code, screen } = await typed(scratch(), [], proxmoxSteps(demo));
      expect([code, screen]).toEqual([
        1,
        expect.stringMatching(
          /OK +proxmox at[\s\S]*CRITICAL proxmox\.guest-down[\s\S]*connect --env/,
        ),
      ]);
    });

    it('a file that others can read is refused before anything is asked', async () => {
      const folder = scratch();
      writeFileSync(file(folder), 'A=1\n', { mode: 0o644 });
      const { code, screen } = await typed(folder, [], []);
      expect([code, screen]).toEqual([
        2,
        expect.stringMatching(/can be read by others.*chmod 600/),
      ]);
    });
  },
);

describe('lares init without a terminal', () => {
  const lares = (folder: string, ...args: string[]): Promise<Run> =>
    run([process.execPath, program, 'init', '--env', 'lares.env', ...args], folder, {});

  it('asks nothing, and says what to give it', async () => {
    const { code, screen } = await lares(scratch());
    expect([code, screen]).toEqual([
      2,
      expect.stringMatching(/there is no terminal.*--answers FILE/),
    ]);
  });

  it('with --answers adds, tells what changed, and is quiet about secrets', async () => {
    const demo = await homelab('netbox');
    const folder = scratch();
    const token = demo.env['NETBOX_TOKEN'] ?? '';
    const answers = answersFile(folder, [
      { service: 'netbox', address: demo.env['NETBOX_URL'], variables: { token } },
    ]);
    const first = await lares(folder, '--answers', answers, '--json');
    const again = await lares(folder, '--answers', answers, '--json');
    expect([
      first.code,
      JSON.parse(first.raw).changed,
      again.code,
      JSON.parse(again.raw).changed,
    ]).toEqual([0, true, 0, false]);
    expect(first.raw + again.raw).not.toContain(token);
    const told = await lares(
      folder,
      '--answers',
      answersFile(folder, [
        { service: 'netbox', address: 'http://127.0.0.1:1', variables: { token } },
      ]),
    );
    expect([told.code, told.screen]).toEqual([
      2,
      expect.stringMatching(/FAILED +netbox default\n.*connection refused/s),
    ]);
  });
});
