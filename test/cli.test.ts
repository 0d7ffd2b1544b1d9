import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allTools } from '../src/catalog.ts';
import { invocation } from '../src/core/base/own-command.ts';
import { incidents } from '../src/demo/incidents/index.ts';
import { startDemo, type Demo } from '../src/demo/start.ts';
import { createWorld } from '../src/demo/world/index.ts';

const program = fileURLToPath(new URL('../dist/lares.js', import.meta.url));
const stateDir = mkdtempSync(join(tmpdir(), 'lares-test-'));

async function lares(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      LARES_STATE_DIR: stateDir,
      // How busy this machine is decides nothing.
      LARES_DEADLINE_MS: '60000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, out, err };
}

async function demo(only: string[]): Promise<Demo> {
  const started = await startDemo({ world: createWorld(), only });
  onTestFinished(started.close);
  return started;
}

describe('lares drift', () => {
  it('ends with 1 where sources differ, 0 where they agree, 2 where they were not compared', async () => {
    const { env, fakes } = await demo(['proxmox', 'netbox']);
    const differing = await lares(['drift', 'documentation'], env);
    expect(differing).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^2 differences: 1 address-otherwise, 1 document-of-nobody\./),
    });
    expect(await lares(['drift', 'backups'], env)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^No difference in backups\./),
    });
    fakes.get('netbox')?.servers[0]?.inject('refuse');
    expect(await lares(['drift', 'documentation'], env)).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^Nothing was compared\.\nNOT CHECKED: /),
    });
    expect(await lares(['drift', 'weather'], env)).toMatchObject({ code: 2, out: '' });
  });
});

describe('lares demo', () => {
  it('without a terminal says the verdict and how to connect, and ends with 0', async () => {
    const { code, out, err } = await lares(['demo']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^(All clear|Nothing is broken)/);
    expect(out).toMatch(/claude mcp add lares-demo -- node .*lares\.js demo --stdio/);
    expect(out).toMatch(/"mcpServers"/);
  });

  it('with an incident names what is broken', async () => {
    const { code, out } = await lares(['demo', '--incident', 'guest-down']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Something is broken: /)]);
  });

  it('lists its incidents, and knows which was meant', async () => {
    const { out } = await lares(['demo', '--list']);
    for (const name of Object.keys(incidents)) expect(out).toContain(name);
    expect(await lares(['demo', '--incident', 'guest-dwon'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/Did you mean guest-down\?/),
    });
  });
});

describe('exit codes that scripts can use', () => {
  it('0: nothing is broken, 1: something is, 2: it could not be checked', async () => {
    const { env, world, close } = await demo(['proxmox']);
    expect((await lares(['health'], env as Record<string, string>)).code).toBe(0);
    incidents['guest-down']?.apply(world);
    expect((await lares(['health', '--json'], env as Record<string, string>)).code).toBe(1);
    const explain = (...words: string[]) =>
      lares(['explain', ...words], env as Record<string, string>);
    expect(await explain('paperless')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^guest paperless, down, [^]*CRITICAL proxmox\.guest-down\/30061/),
    });
    expect((await explain('wiki')).code).toBe(0);
    expect(await explain('wikki')).toMatchObject({
      code: 2,
      err: 'lares: Nothing called "wikki" is known. Did you mean wiki?\n',
    });
    await close();
    expect((await lares(['health'], env as Record<string, string>)).code).toBe(2);
    expect((await lares(['health'])).code).toBe(2);
  });

  it('structured output is nothing but JSON, for every command', async () => {
    const { env } = await demo(['proxmox']);
    for (const args of [
      ['health'],
      ['explain', 'wiki'],
      ['doctor'],
      ['tools'],
      ['call', 'list_guests'],
      ['audit'],
      ['audit', 'verify'],
      ['approve'],
    ]) {
      const { out } = await lares([...args, '--json'], env as Record<string, string>);
      expect(() => JSON.parse(out) as unknown, args.join(' ')).not.toThrow();
    }
  });
});

describe('lares doctor', () => {
  it('names for each service that is not configured the command that shows how its credentials are made', async () => {
    const { env } = await demo(['caddy']);
    const { out } = await lares(['doctor'], env);
    const [, shown = ''] =
      /^Pi-hole .* (node \S*lares\.js resources manual\/pihole)$/m.exec(out) ?? [];
    const [, , ...args] = shown.split(' ');
    expect((await lares(args, env)).out).toMatch(/Pi-hole[^]*PIHOLE_PASSWORD/);
  });

  it('says that a certificate is trusted through the CA file it was given', async () => {
    const { env, fakes } = await demo(['pbs']);
    const caFile = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'ca.pem');
    const [server] = fakes.get('pbs')?.servers ?? [];
    writeFileSync(caFile, server?.ca ?? '');
    const { PBS_TLS_FINGERPRINT: _, ...unpinned } = env as Record<string, string>;
    const [trusted, unknown] = [
      await lares(['doctor', 'pbs'], { ...unpinned, PBS_TLS_CA_FILE: caFile }),
      await lares(['doctor', 'pbs'], unpinned),
    ];
    expect(trusted.out).toMatch(/^ +TLS: trusted through PBS_TLS_CA_FILE, until /m);
    expect(unknown.out).toMatch(/^ +TLS: not trusted by this machine, until /m);
  });
});

describe('lares audit', () => {
  it.each([
    [['--event', 'begun'], /--event begun: no such event\. One of: previewed/],
    [
      ['--tool', 'guest_restrat'],
      /--tool guest_restrat: no such tool\. Did you mean guest_restart/,
    ],
  ])('%j is no filter, so it is not told that nothing was attempted', async (args, words) => {
    expect(await lares(['audit', ...args])).toMatchObject({
      code: 2,
      err: expect.stringMatching(words),
    });
  });
});

describe('lares call', () => {
  it('ends with 0 only after what is done or was only shown, so that a script does not go on', async () => {
    const { env } = await demo(['proxmox']);
    const all = {
      ...(env as Record<string, string>),
      PROXMOX_WAIT_MS: '0',
      LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
    };
    const stop = ['call', 'guest_stop', '--vmid', '30062'];
    expect(await lares(stop, all)).toMatchObject({ code: 0 });
    expect(await lares([...stop, '--confirm'], all)).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^Not finished: /),
    });
  });

  it('speaks to the same gate: a preview, then with --confirm the effect, then the journal', async () => {
    const { env } = await demo(['proxmox']);
    const all = {
      ...(env as Record<string, string>),
      PROXMOX_POLL_MS: '1',
      LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
    };
    expect((await lares(['call', 'guest_restart', '--vmid', '30062'], all)).out).toMatch(
      /^Will restart LXC 30062 \(n8n\) on pve-mini5\. Pass confirm=true to execute\./,
    );
    expect((await lares(['call', 'guest_restart', '--vmid=30062', '--confirm'], all)).out).toMatch(
      /^Done: restart LXC 30062 \(n8n\) on pve-mini5\./,
    );
    expect((await lares(['audit'], all)).out).toMatch(/previewed.*\n.*started.*\n.*finished/);
    expect(await lares(['audit', 'verify'], all)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/3 lines, chain intact/),
    });
  });

  it.each([
    [['call', 'guest_restrat'], /Did you mean guest_restart\?/],
    [
      ['call', 'get_guest', '--vmdi', '1'],
      /--vmdi is not an argument of this tool\. Did you mean --vmid\?/,
    ],
    [
      ['call', 'get_guest', '30062'],
      /"30062" is not an argument\. Write --vmid 30062\. It takes: vmid/,
    ],
    [
      ['call', 'get_guest', 'vmid=30062'],
      /"vmid=30062" is not an argument\. Write --vmid 30062\. It takes: vmid/,
    ],
    [['call', 'get_guest', '--vmid'], /--vmid needs a value/],
    [['call', 'restart'], /Did you mean guest_restart\?/],
    [['call', 'constructor'], /No tool "constructor"/],
    [['doctor', 'pve'], /No service "pve"\. Did you mean proxmox\?/],
    [['health', 'pi-hole'], /No service "pi-hole"\. Did you mean pihole\?/],
    [['audit', '--event', 'begun'], /--event begun: no such event\. One of: previewed/],
    [['audit', '--tool', 'restart'], /--tool restart: no such tool\. Did you mean guest_restart\?/],
    [['audit', '--tool', 'list_guests'], /--tool list_guests: it only reads/],
    [['call', 'get_guest', '--vmid', '0'], /0/],
    [['call', 'node_status', '--node', '../x'], /\.\.\/x/],
    [
      ['call', 'dns_lookup', '--name', 'x'],
      /dns_lookup needs Pi-hole, which is not configured\. Set PIHOLE_URL/,
    ],
  ])('%j fails in one line that says what to do', async (args, message) => {
    const { env } = await demo(['proxmox']);
    const { code, out, err } = await lares(args, env as Record<string, string>);
    expect([code, out]).toEqual([2, '']);
    expect(err.trim()).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

describe('configuration', () => {
  it('comes from a dotenv file too, and the environment wins', async () => {
    const { env } = await demo(['proxmox']);
    const file = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'homelab.env');
    writeFileSync(
      file,
      Object.entries(env)
        .map(([name, value]) => `${name}="${value}"`)
        .join('\n'),
    );
    expect((await lares(['health', '--env-file', file])).code).toBe(0);
    expect((await lares(['call', 'list_guests', '--env-file', file])).code).toBe(0);
    expect(
      (await lares(['health', '--env-file', file], { PROXMOX_URL: 'https://127.0.0.1:1' })).code,
    ).toBe(2);
    expect((await lares(['health', '--env', file])).code).toBe(0);
    expect((await lares(['call', 'list_guests', `--env=${file}`])).code).toBe(0);
    const sealed = await lares(
      ['call', 'guest_restart', '--vmid', '30062', '--confirm', '--env', file],
      {
        LARES_WRITES: 'sealed',
      },
    );
    expect([sealed.code, sealed.err]).toEqual([
      2,
      expect.stringMatching(/--confirm needs a value/),
    ]);
    expect(await lares(['health', '--env', '/nowhere'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^lares: --env-file \/nowhere cannot be read/),
    });
    // Started by itself, it keeps --env-file from Node; behind the name of a script, Node 20 looks at it first.
    const direct = spawnSync(program, ['health', '--env-file', '/nowhere'], { encoding: 'utf8' });
    expect([direct.status, direct.stderr]).toEqual([
      2,
      expect.stringMatching(/^lares: --env-file \/nowhere cannot be read/),
    ]);
    expect(await lares(['health', '--env-file', '/nowhere'])).toMatchObject({
      out: '',
      err: expect.stringMatching(/\/nowhere/),
    });
  });
});

describe('a configuration with a mistake in it', () => {
  it('is named by doctor, whose exit code says so; what was repaired is named too, and is fine', async () => {
    const { env } = await demo(['proxmox']);
    const proxmox = env as Record<string, string>;
    const doctor = async (more: Record<string, string>) => {
      const { code, out } = await lares(['doctor', 'proxmox'], { ...proxmox, ...more });
      return [code, out.split('\n').filter((line) => line.startsWith('CONFIG'))];
    };
    expect(await doctor({ PROXMOX_TOKN: 'x' })).toEqual([
      1,
      [expect.stringMatching(/PROXMOX_TOKN is not known/)],
    ]);
    expect(await doctor({ LARES_DOCS: '/nowhere' })).toEqual([
      1,
      ['CONFIG  LARES_DOCS: /nowhere is no folder'],
    ]);
    expect(await doctor({ PROXMOX_TOKEN_SECRET: `"${proxmox['PROXMOX_TOKEN_SECRET']}"` })).toEqual([
      0,
      ['CONFIG  PROXMOX_TOKEN_SECRET stood in quotes, which were taken off'],
    ]);
  });

  it('in the name of what keeps writes away keeps them away, and every refusal says why', async () => {
    const { env } = await demo(['proxmox']);
    const { code, err } = await lares(['call', 'guest_restart', '--vmid', '30062', '--confirm'], {
      ...(env as Record<string, string>),
      LARES_PROTCT: 'vmid:30062',
    });
    expect(code).toBe(2);
    expect(err).toMatch(
      /writes are off here\. .*LARES_PROTCT is not known\. Did you mean LARES_PROTECT\?/,
    );
  });
});

describe('LARES_LOG_LEVEL', () => {
  it('debug says on stderr what is called and asked, without a secret, and leaves stdout alone', async () => {
    const { env } = await demo(['proxmox']);
    const [secret = '', args] = [env['PROXMOX_TOKEN_SECRET'], ['call', 'list_guests', '--json']];
    const quiet = await lares(args, env as Record<string, string>);
    const loud = await lares(args, {
      ...(env as Record<string, string>),
      LARES_LOG_LEVEL: 'debug',
    });
    const total = ({ out }: { out: string }): unknown =>
      (JSON.parse(out) as { total: number }).total;
    expect([quiet.err, total(loud)]).toEqual(['', total(quiet)]);
    expect(loud.err).toMatch(/^lares: debug upstream proxmox\b.* 200 \d+ ms$/m);
    expect(loud.err).toMatch(/^lares: debug call list_guests .*\bok \d+ ms$/m);
    const inPath = await lares(['call', 'node_status', '--node', secret], {
      ...(env as Record<string, string>),
      LARES_LOG_LEVEL: 'debug',
    });
    expect(inPath.err).toMatch(/^lares: debug call node_status /m);
    expect(secret.length).toBeGreaterThan(20);
    expect(inPath.err).not.toContain(secret);
  });

  it('mistyped costs nothing but the lines it would have added', async () => {
    const { env } = await demo(['proxmox']);
    expect(
      await lares(['call', 'list_guests'], {
        ...(env as Record<string, string>),
        LARES_LOG_LEVEL: 'warning',
      }),
    ).toMatchObject({ code: 0, out: expect.stringMatching(/30062/) });
  });
});

describe('lares approve', () => {
  it('needs a terminal: a program that speaks for a model cannot approve', async () => {
    const { env } = await demo(['proxmox']);
    const all = {
      ...(env as Record<string, string>),
      LARES_WRITES: 'human',
      LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
    };
    const { out } = await lares(['call', 'guest_restart', '--vmid', '30062', '--json'], all);
    const { code } = JSON.parse(out) as { code: string };
    expect((await lares(['approve'], all)).out).toContain(code);
    expect(await lares(['approve', code.slice(0, 5)], all)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/Approving needs a terminal/),
      out: expect.stringMatching(
        /^This is what guest_restart would do\. .*\n> Will restart LXC 30062/,
      ),
    });
    expect(await lares(['deny', code], all)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Declined\. Nothing will be done\.\n> /),
    });
    expect(
      await lares(['call', 'guest_restart', '--vmid', '30062', '--confirm', code], all),
    ).toMatchObject({ code: 2, err: expect.stringMatching(/Declined by .*this is final/) });
  });
});

describe('the help', () => {
  it('has a line for every command, and for each of them its own, without naming what is not there', async () => {
    const { out } = await lares(['--help']);
    const names = [...out.matchAll(/^ {2}([a-z]+) .* {2,}\S/gm)].map(([, name = '']) => name);
    expect(names).toEqual([
      ...['init', 'serve', 'token', 'health', 'explain', 'drift', 'map', 'doctor', 'tools'],
      ...['call', 'resources', 'prompt', 'audit', 'approve', 'deny', 'connect', 'demo', 'help'],
    ]);
    const call = await lares(['call', '--help']);
    const [, tool = '', argument = ''] =
      /^Example: lares call (\S+) --(\S+) /m.exec(call.out) ?? [];
    const shown = allTools.find(({ name }) => name === tool);
    expect([call.code, shown?.kind, shown?.input.required]).toEqual([0, 'write', [argument]]);
    expect((await lares(['demo', '--help'])).out).not.toContain('--env-file');
    expect((await lares(['health', '--help'])).out).toContain('--env-file <file>');
  });

  it.each([
    [['helth'], /Did you mean health\?/],
    [['demo', '--stdio', '--print-env'], /cannot be used with/],
    [['deny'], /missing required argument 'code'/],
  ])('%j fails with 2 and says why', async (args, message) => {
    expect(await lares(args)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });
});

describe('the commands it shows', () => {
  it.each([
    ['/usr/local/bin/lares', '/home/me', 'lares'],
    ['/home/me/lares/dist/lares.js', '/home/me/lares', 'node dist/lares.js'],
    ['/opt/lares/dist/lares.js', '/home/me', 'node /opt/lares/dist/lares.js'],
  ])('started as %s in %s', (script, cwd, shown) => {
    expect(invocation(script, cwd)).toBe(shown);
  });

  it('run as they stand, in a clone without anything on the path', async () => {
    const { out } = await lares(['demo']);
    const [, shown = ''] = /^Break something: +(.*?) {2,}/m.exec(out) ?? [];
    expect(shown).toMatch(/^node \S*lares\.js demo --incident /);
    const [, script = '', ...args] = shown.split(' ');
    expect(resolve(script)).toBe(program);
    expect((await lares(args)).out).toMatch(/^Something is broken/);
  });
});
