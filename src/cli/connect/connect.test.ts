import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { clients } from './clients/index.ts';
import { connectOne } from './connect.ts';
import { jsonc } from './formats/jsonc.ts';
import type { ConnectOptions } from './options.ts';
import { userFile, type Machine, type Platform } from './places.ts';

const script = '/opt/lares/dist/lares.js';

/** A machine with an empty home. */
function machineOf(platform: Platform = 'linux', env: Record<string, string> = {}): Machine {
  const home = mkdtempSync(join(tmpdir(), 'lares-home-'));
  return {
    platform,
    home,
    cwd: home,
    env: { XDG_STATE_HOME: '/var/state', ...env },
    program: { node: '/usr/bin/node', script },
  };
}

/** Runs the command and returns what it printed. */
async function connect(
  client: string,
  machine: Machine,
  options: ConnectOptions = {},
): Promise<string> {
  const output: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output.push(String(text));
    return true;
  });
  try {
    await connectOne(client, { yes: true, ...options }, machine);
    return output.join('');
  } finally {
    stdout.mockRestore();
  }
}

const cursorFile = ({ home }: Machine): string => join(home, '.cursor', 'mcp.json');

/** A file of Cursor that is there already. */
function withCursor(text: string, mode = 0o644): { machine: Machine; file: string } {
  const machine = machineOf();
  const file = cursorFile(machine);
  mkdirSync(dirname(file));
  writeFileSync(file, text, { mode });
  chmodSync(file, mode);
  return { machine, file };
}

const neighbours =
  '{\n  // mine\n  "mcpServers": {\n    "x": { "env": { "KEY": "secret" } }\n  }\n}\n';

describe('every client with a file', () => {
  const withFile = clients.filter(({ file }) => file !== undefined);
  const platforms: Platform[] = ['linux', 'darwin', 'win32'];
  const all = withFile.flatMap((client) => platforms.map((platform) => ({ client, platform })));

  it.each(all.map(({ client, platform }) => [client.id, platform, client] as const))(
    '%s on %s: missing folders are made, and all is as before afterwards',
    async (id, platform, client) => {
      const machine = machineOf(platform);
      const file = userFile(client.file!, machine);
      expect(file.startsWith(machine.home)).toBe(true);
      await connect(id, machine);
      const text = readFileSync(file, 'utf8');
      expect(text).toContain(script);
      expect(text).toContain('/var/state/lares');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(await connect(id, machine)).toMatch(/has this entry already/);
      await connect(id, machine, { remove: true });
      expect(existsSync(file)).toBe(false);
      expect(readdirSync(machine.home)).toEqual([]);
    },
  );

  it.each(
    withFile.filter(({ reference }) => reference).map((client) => [client.id, client] as const),
  )('%s takes an address, and the name of a variable instead of the token', async (id, client) => {
    const machine = machineOf();
    const output = await connect(id, machine, { url: 'https://lares.example.net/mcp' });
    const text = readFileSync(userFile(client.file!, machine), 'utf8');
    const variable = `MCP_LARES_${id.toUpperCase().replaceAll('-', '_')}_TOKEN`;
    expect(text).toContain('https://lares.example.net/mcp');
    expect(text).toContain(variable);
    expect(output).toMatch(new RegExp(`token add ${id} --scope read[\\s\\S]*as ${variable}`));
  });

  it.each(['zed', 'lm-studio'])('%s would keep a token in clear: it is only shown', async (id) => {
    const machine = machineOf();
    const url = 'https://lares.example.net/mcp';
    await expect(connect(id, machine, { url })).rejects.toThrow(/in clear, and Lares writes none/);
    expect(readdirSync(machine.home)).toEqual([]);
    expect(await connect(id, machine, { url, print: true })).toContain('Bearer <token>');
    await connect(id, machine, { url, anonymous: true });
    expect(await connect(id, machine, { url, anonymous: true })).toMatch(/already/);
  });

  it('a folder that was there stays, and so does one that was made and holds something else', async () => {
    const machine = machineOf();
    const folder = dirname(cursorFile(machine));
    mkdirSync(folder);
    await connect('cursor', machine);
    await connect('cursor', machine, { remove: true });
    expect(readdirSync(folder)).toEqual([]);

    const other = machineOf();
    await connect('cline', other);
    const file = userFile(clients.find(({ id }) => id === 'cline')!.file!, other);
    const neighbour = join(dirname(dirname(file)), 'state.json');
    writeFileSync(neighbour, '{}');
    await connect('cline', other, { remove: true });
    expect([existsSync(dirname(file)), existsSync(neighbour)]).toEqual([false, true]);
  });

  it('follows the variables that the clients themselves follow', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'lares-codex-'));
    const machine = machineOf('linux', { CODEX_HOME: outside, XDG_CONFIG_HOME: '' });
    await connect('codex', machine);
    expect(readFileSync(join(outside, 'config.toml'), 'utf8')).toContain('[mcp_servers.lares]');
    await connect('zed', machine);
    expect(existsSync(join(machine.home, '.config/zed/settings.json'))).toBe(true);
  });
});

describe('a file that is there', () => {
  const files: [string, string][] = [
    ['with comments and a neighbour', neighbours],
    ['with Windows line ends', neighbours.replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\ufeff${neighbours}`],
    ['that is empty', ''],
    ['that is nothing but a line', '\n'],
    ['on one line', '{"mcpServers":{}}'],
    ['without a section', '{ "other": [1, 2] }'],
    ['with an empty section', '{\n  "mcpServers": {\n  }\n}'],
  ];
  it.each(files)('%s gets every byte back', async (_, text) => {
    const { machine, file } = withCursor(text, 0o640);
    await connect('cursor', machine);
    const added = readFileSync(file, 'utf8');
    expect(added.startsWith('\ufeff')).toBe(text.startsWith('\ufeff'));
    expect(jsonc.read(added.replace('\ufeff', ''))['mcpServers']).toHaveProperty('lares');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readFileSync(`${file}.lares-backup`, 'utf8')).toBe(text);
    expect(statSync(`${file}.lares-backup`).mode & 0o777).toBe(0o600);
    await connect('cursor', machine, { remove: true });
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(dirname(file))).toEqual(['mcp.json']);
  });

  it('gets its bytes back after a change of the entry too', async () => {
    const { machine, file } = withCursor('{"mcpServers":{}}');
    await connect('cursor', machine);
    await connect('cursor', machine, { url: 'http://127.0.0.1:8765/mcp' });
    await connect('cursor', machine, { remove: true });
    expect(readFileSync(file, 'utf8')).toBe('{"mcpServers":{}}');
  });

  it('keeps what its owner did since, in the file and in the entry', async () => {
    const { machine, file } = withCursor(neighbours);
    await connect('cursor', machine);
    const edited = readFileSync(file, 'utf8')
      .replace('"lares": {', '"lares": {\n      "disabled": true,')
      .replace('// mine', '// still mine');
    writeFileSync(file, edited);
    await connect('cursor', machine, { url: 'http://127.0.0.1:8765/mcp' });
    const { mcpServers } = jsonc.read(readFileSync(file, 'utf8')) as any;
    expect(mcpServers.lares).toEqual({
      url: 'http://127.0.0.1:8765/mcp',
      headers: { Authorization: 'Bearer ${env:MCP_LARES_CURSOR_TOKEN}' },
      disabled: true,
    });
    await connect('cursor', machine, { remove: true });
    expect(readFileSync(file, 'utf8')).toBe(neighbours.replace('// mine', '// still mine'));
    expect(readFileSync(`${file}.lares-backup`, 'utf8')).toContain('"disabled": true');
  });

  it('keeps variables and headers that its owner added to the entry', async () => {
    const { machine, file } = withCursor('{}');
    await connect('cursor', machine);
    const add = (to: string, text: string): void =>
      writeFileSync(file, readFileSync(file, 'utf8').replace(to, `${to} ${text}`));
    add('"env": {', '"LARES_LOG_LEVEL": "debug",');
    const envFile = join(machine.home, 'homelab.env');
    writeFileSync(envFile, 'LARES_STATE_DIR=/srv/state\n');
    await connect('cursor', machine, { envFile });
    const entry = (): any => (jsonc.read(readFileSync(file, 'utf8')) as any).mcpServers.lares;
    expect(entry().env).toEqual({ LARES_LOG_LEVEL: 'debug' });
    await connect('cursor', machine, { url: 'http://127.0.0.1:8765/mcp' });
    add('"headers": {', '"X-Access": "mine",');
    await connect('cursor', machine, { url: 'http://localhost:8765/mcp' });
    expect(entry()).toEqual({
      url: 'http://localhost:8765/mcp',
      headers: { 'X-Access': 'mine', Authorization: 'Bearer ${env:MCP_LARES_CURSOR_TOKEN}' },
    });
  });

  it('is shown without what stands around the change: that may be a secret', async () => {
    const { machine } = withCursor(
      '{"token":"secret","mcpServers":{"x":{"env":{"KEY":"secret"}}}}',
    );
    expect(await connect('cursor', machine)).not.toContain('secret');
    expect(await connect('cursor', machine, { remove: true })).not.toContain('secret');
  });

  it('two runs at once both arrive', async () => {
    const { machine, file } = withCursor(neighbours);
    const names = ['one', 'two', 'three', 'four'];
    const quiet = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await Promise.all(
      names.map((name) => connectOne('cursor', { yes: true, json: true, name }, machine)),
    );
    quiet.mockRestore();
    const { mcpServers } = jsonc.read(readFileSync(file, 'utf8')) as any;
    expect(Object.keys(mcpServers).sort()).toEqual([...names, 'x'].sort());
    expect(readdirSync(dirname(file)).sort()).toEqual(['mcp.json', 'mcp.json.lares-backup']);
  });
});

describe('is refused, and nothing is written:', () => {
  const refused = async (
    client: string,
    machine: Machine,
    words: RegExp,
    options: ConnectOptions = {},
  ): Promise<void> => {
    const before = listing(machine.home);
    await expect(connect(client, machine, options)).rejects.toThrow(words);
    expect(listing(machine.home)).toEqual(before);
  };
  /** Every file of a home and what is in it. */
  const listing = (home: string): [string, string][] =>
    readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(home, name)).isFile())
      .map((name): [string, string] => [name, readFileSync(join(home, name), 'latin1')])
      .sort();

  it.each([
    ['{ "mcpServers": { "a": }', /mcp\.json is not understood as JSON: line 1: /],
    ['[]', /holds no object/],
    ['{ "mcpServers": [] , "b": 1 }', /without touching other parts/],
  ])('a file that says %j', async (text, words) => {
    await refused('cursor', withCursor(text).machine, words);
  });

  it.each([
    ['a comment', '{\n  // mine\n  "mcpServers": {}\n}\n', 2],
    ['a comma too many', '{\n  "mcpServers": {\n    "x": {},\n  }\n}\n', 4],
  ])(
    '%s where the client reads plain JSON, with its line; one that reads more gets its entry',
    async (_, text, line) => {
      const machine = machineOf();
      for (const id of ['claude-code', 'claude-desktop', 'cline', 'lm-studio', 'roo', 'windsurf']) {
        const file = userFile(clients.find((client) => client.id === id)!.file!, machine);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
        await expect(connect(id, machine), id).rejects.toThrow(
          new RegExp(`is not understood as plain JSON: line ${line}: `),
        );
        expect(readFileSync(file, 'utf8')).toBe(text);
      }
      const { machine: lenient, file } = withCursor(text);
      await connect('cursor', lenient);
      expect(readFileSync(file, 'utf8')).toContain(script);
    },
  );

  it('a file that is no text', async () => {
    const { machine, file } = withCursor('');
    writeFileSync(file, Buffer.from([0xff, 0xfe, 0x7b, 0x00]));
    await refused('cursor', machine, /is not text in UTF-8/);
  });

  it('a file that is read-only', async () => {
    await refused('cursor', withCursor(neighbours, 0o444).machine, /is read-only/);
  });

  it('a folder where the file should be', async () => {
    const machine = machineOf();
    mkdirSync(cursorFile(machine), { recursive: true });
    await refused('cursor', machine, /is no file/);
  });

  it.each([
    ['{ "command": "npx", "args": ["lares-lookalike"] }'],
    ['{ "url": "https://elsewhere.example.net/mcp" }'],
    ['"text"'],
  ])('an entry of that name that somebody else made: %s', async (entry) => {
    const { machine } = withCursor(`{ "mcpServers": { "lares": ${entry} } }`);
    await refused('cursor', machine, /has an entry lares that is not of this command/);
    await refused('cursor', machine, /not of this command/, { remove: true });
    await connect('cursor', machine, { name: 'homelab' });
    await connect('cursor', machine, { name: 'homelab', remove: true });
  });

  it('a link that leads out of the home; one inside it is followed and stays', async () => {
    const outside = join(mkdtempSync(join(tmpdir(), 'lares-outside-')), 'mcp.json');
    writeFileSync(outside, '{}');
    const machine = machineOf();
    mkdirSync(join(machine.home, '.cursor'));
    symlinkSync(outside, cursorFile(machine));
    await expect(connect('cursor', machine)).rejects.toThrow(/leads out of/);
    expect(readFileSync(outside, 'utf8')).toBe('{}');

    const other = machineOf();
    mkdirSync(join(other.home, 'dotfiles'));
    writeFileSync(join(other.home, 'dotfiles', 'mcp.json'), '{}');
    symlinkSync(join(other.home, 'dotfiles'), join(other.home, '.cursor'));
    await connect('cursor', other);
    expect(readFileSync(join(other.home, 'dotfiles', 'mcp.json'), 'utf8')).toContain(script);
    expect(readFileSync(cursorFile(other), 'utf8')).toContain(script);
  });

  it('a link to nothing, and a folder that leads out', async () => {
    const machine = machineOf();
    mkdirSync(join(machine.home, '.cursor'));
    symlinkSync(join(machine.home, 'gone.json'), cursorFile(machine));
    await expect(connect('cursor', machine)).rejects.toThrow(/link to something that is not there/);
    const other = machineOf();
    symlinkSync(mkdtempSync(join(tmpdir(), 'lares-outside-')), join(other.home, '.cursor'));
    await expect(connect('cursor', other)).rejects.toThrow(/leads out of/);
  });

  it('a file that git tracks; one that only lies in a repository is written', async () => {
    const { machine, file } = withCursor('{}');
    const git = (...args: string[]): void =>
      expect(spawnSync('git', ['-C', machine.home, ...args]).status).toBe(0) as void;
    git('init', '-q');
    await connect('cursor', machine);
    await connect('cursor', machine, { remove: true });
    git('add', file);
    await refused('cursor', machine, /git tracks .*mcp\.json/);
    await connect('cursor', machine, { project: true });
    expect(readFileSync(file, 'utf8')).toContain(script);
  });

  it('a token where anybody on the way could read it', async () => {
    const url = 'http://lares.example.net/mcp';
    await refused('cursor', machineOf(), /over plain http can be read/, { url });
    await refused('cursor', machineOf(), /must not have a user or a password/, {
      url: 'https://me:secret@lares.example.net/mcp',
    });
    await refused('cursor', machineOf(), /not an address/, { url: 'lares.example.net' });
  });

  it('a file of variables that cannot be read', async () => {
    await refused('cursor', machineOf(), /cannot be read/, { envFile: '/nowhere/homelab.env' });
  });

  it.each([
    ['crusor', {}, /No client "crusor"/],
    ['claude-desktop', { url: 'https://lares.example.net/mcp' }, /takes programs, no addresses/],
    ['windsurf', { project: true }, /has no file in a project/],
    ['cursor', { name: 'my lares' }, /not a name that every client takes/],
    ['cursor', { anonymous: true }, /is about an address/],
    ['cursor', { yes: false }, /nobody is there to say yes/],
    ['open-webui', { remove: true }, /takes an entry out of a file/],
  ] as const)('%s with %j', async (client, options, words) => {
    await refused(client, machineOf(), words, options);
  });
});

describe('what is printed', () => {
  it('writes nothing, and holds no secret of the file of variables', async () => {
    const machine = machineOf();
    const envFile = join(machine.home, 'homelab.env');
    writeFileSync(
      envFile,
      'PROMETHEUS_URL=http://x\nPROMETHEUS_TOKEN=very-secret-token\nLARES_STATE_DIR=/srv/state\n',
    );
    for (const { id } of clients) {
      const output = await connect(id, machine, { envFile, print: true });
      expect(output).not.toContain('very-secret-token');
    }
    const codex = await connect('codex', machine, { envFile, print: true });
    expect(codex).toContain(`"serve", "--env", "${envFile}"`);
    expect(codex, 'the file of variables has it already').not.toContain('LARES_STATE_DIR');
    expect(readdirSync(machine.home)).toEqual(['homelab.env']);
  });

  it('has links that hold the same entry', async () => {
    const machine = machineOf();
    const { link: vscode, snippet } = JSON.parse(
      await connect('vscode', machine, { print: true, json: true }),
    ) as { link: string; snippet: string };
    const [, query = ''] = vscode.split('vscode:mcp/install?');
    const { servers } = JSON.parse(snippet) as any;
    expect(JSON.parse(decodeURIComponent(query))).toEqual({ name: 'lares', ...servers.lares });

    const cursor = JSON.parse(await connect('cursor', machine, { print: true, json: true })) as any;
    const { searchParams } = new URL(cursor.link);
    const config = Buffer.from(searchParams.get('config') ?? '', 'base64').toString();
    expect(searchParams.get('name')).toBe('lares');
    expect(JSON.parse(config)).toEqual(JSON.parse(cursor.snippet).mcpServers.lares);
  });

  it.each(['open-webui', 'home-assistant'])('%s: what to do in it', async (id) => {
    const url = 'https://lares.example.net/mcp';
    expect(await connect(id, machineOf(), { url })).toContain(url);
  });
});

it('the links of the README add what is served on this machine', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const served = { type: 'http', url: 'http://127.0.0.1:8765/mcp' };
  const [, vscode = ''] =
    /\((https:\/\/insiders\.vscode\.dev\/redirect\/mcp\/install[^)]*)\)/.exec(readme) ?? [];
  const inVscode = new URL(vscode).searchParams;
  expect([inVscode.get('name'), JSON.parse(inVscode.get('config') ?? '')]).toEqual([
    'lares',
    served,
  ]);
  const [, cursor = ''] = /\((https:\/\/cursor\.com\/en\/install-mcp[^)]*)\)/.exec(readme) ?? [];
  const inCursor = new URL(cursor).searchParams;
  const config = Buffer.from(inCursor.get('config') ?? '', 'base64').toString();
  expect([inCursor.get('name'), JSON.parse(config)]).toEqual(['lares', { url: served.url }]);
});

it('Continue gets what a new file needs beside servers', async () => {
  const machine = machineOf();
  await connect('continue', machine);
  expect(
    parseYaml(readFileSync(join(machine.home, '.continue/config.yaml'), 'utf8')),
  ).toMatchObject({
    name: expect.any(String),
    version: expect.any(String),
    schema: 'v1',
  });
});

it('OpenCode: servers stand where the file has them', async () => {
  const machine = machineOf();
  const file = join(machine.home, '.config/opencode/opencode.jsonc');
  mkdirSync(dirname(file), { recursive: true });
  for (const [text, path] of [
    ['{ "mcp": { "servers": {} } }', ['mcp', 'servers', 'lares']],
    ['{ "mcp": { "servers": { "type": "local" } } }', ['mcp', 'lares']],
    ['{}', ['mcp', 'lares']],
  ] as const) {
    writeFileSync(file, text);
    await connect('opencode', machine);
    expect(jsonc.find(jsonc.read(readFileSync(file, 'utf8')), path)).toMatchObject({
      type: 'local',
    });
    await connect('opencode', machine, { remove: true });
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
});
