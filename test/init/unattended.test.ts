import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readAnswers } from '../../src/cli/init/answers.ts';
import { addUnattended, type Added } from '../../src/cli/init/unattended.ts';
import { VariablesFile } from '../../src/cli/init/variables-file.ts';
import type { Loopback } from '../../src/demo/loopback.ts';
import type { Demo } from '../../src/demo/start.ts';
import { answersFile, candidates, credentialHeaders, homelab, scratch } from './init-lab.ts';

interface Scene {
  folder: string;
  env: string;
  add(services: readonly object[], options?: { secretFolder?: string }): Promise<Added[]>;
}

function scene(): Scene {
  const folder = scratch();
  vi.stubEnv('LARES_STATE_DIR', join(folder, 'state'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const env = join(folder, 'lares.env');
  return {
    folder,
    env,
    add: (services, { secretFolder } = {}) =>
      addUnattended(
        {
          file: VariablesFile.open(env),
          candidates,
          secretFolder,
          signal: new AbortController().signal,
        },
        readAnswers(answersFile(folder, services)),
      ),
  };
}

const proxmoxAnswer = ({ env }: Demo, change: object = {}): object => ({
  service: 'proxmox',
  address: env['PROXMOX_URL'],
  fingerprint: env['PROXMOX_TLS_FINGERPRINT'],
  variables: { token_id: env['PROXMOX_TOKEN_ID'], token_secret: env['PROXMOX_TOKEN_SECRET'] },
  ...change,
});
const serverOf = (demo: Demo, id: string): Loopback => {
  const [first] = demo.fakes.get(id)?.servers ?? [];
  if (!first) throw new Error(`${id} has no server`);
  return first;
};
const signedIn = ({ requests }: Loopback): number =>
  requests.filter(({ headers }) => credentialHeaders.some((name) => headers[name] !== undefined))
    .length;
const variables = (path: string): Record<string, string | undefined> => ({
  ...VariablesFile.open(path).env,
});

describe('lares init --answers', () => {
  it('adds what it names, says what it may do, and a second run changes nothing', async () => {
    const demo = await homelab('proxmox', 'netbox');
    const { add, env } = scene();
    const answers = [
      proxmoxAnswer(demo),
      {
        service: 'netbox',
        address: demo.env['NETBOX_URL'],
        variables: { token: demo.env['NETBOX_TOKEN'] },
      },
    ];
    const added = await add(answers);
    expect(added.map(({ outcome, lacking }) => [outcome, lacking])).toEqual([
      ['added', false],
      ['added', false],
    ]);
    expect(added[0]?.text).toMatch(/may see guests/);
    expect(variables(env)).toEqual({
      PROXMOX_URL: demo.env['PROXMOX_URL'],
      PROXMOX_TLS_FINGERPRINT: demo.env['PROXMOX_TLS_FINGERPRINT'],
      PROXMOX_TOKEN_ID: demo.env['PROXMOX_TOKEN_ID'],
      PROXMOX_TOKEN_SECRET: demo.env['PROXMOX_TOKEN_SECRET'],
      PROXMOX_WRITES: 'off',
      NETBOX_URL: demo.env['NETBOX_URL'],
      NETBOX_TOKEN: demo.env['NETBOX_TOKEN'],
    });
    const before = readFileSync(env, 'utf8');
    expect((await add(answers)).map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
    expect(readFileSync(env, 'utf8')).toBe(before);
  });

  it('a token that may do more than it needs is said to, and one that may do less lacks', async () => {
    const demo = await homelab('proxmox');
    const { add } = scene();
    const fake = demo.fakes.get('proxmox') as never as { knobs: { tokens: { acl: object }[] } };
    const [token] = fake.knobs.tokens;
    if (!token) throw new Error('no token');
    const [powerful] = await add([proxmoxAnswer(demo)]);
    expect(powerful?.text).toMatch(
      /may start, stop and restart guests .*: more than it needs, since its writes are off/,
    );
    expect(powerful?.lacking).toBe(false);
    const acl = { '/': ['Sys.Audit', 'Datastore.Audit', 'Pool.Audit', 'VM.Audit', 'VM.Allocate'] };
    fake.knobs.tokens = [{ ...token, acl }];
    const [weak] = await add([proxmoxAnswer(demo, { writes: true })]);
    expect(weak).toMatchObject({ outcome: 'changed', lacking: true });
    expect(weak?.text).toMatch(/MAY NOT start, stop and restart guests[\s\S]*fix: pveum/);
    expect(weak?.text).toMatch(/may do more than Lares ever needs here: VM\.Allocate/);
    const [looking] = await add([proxmoxAnswer(demo)]);
    expect(looking?.text).not.toMatch(/start, stop/);
  });

  it.each<[string, object, RegExp]>([
    ['no fingerprint', { fingerprint: undefined }, /SHA-256 [\s\S]*"fingerprint" in the answers/],
    [
      'another fingerprint',
      { fingerprint: Array(32).fill('AB').join(':') },
      /accept another certificate/,
    ],
    [
      'another product at the address',
      { service: 'pbs' },
      /is Proxmox VE.*, not Proxmox Backup Server/,
    ],
    ['no such service', { service: 'proxmux' }, /No service "proxmux".*Did you mean/i],
    [
      'no such variable',
      { variables: { token: 'x', url: 'http://y' } },
      /variables\.token is not one of Proxmox VE/,
    ],
    ['a name that cannot be', { instance: 'Home 1' }, /instance Home 1: Lower case/],
    [
      'a secret that is missing',
      { variables: { token_id: 'lares@pve!lares' } },
      /PROXMOX_TOKEN_SECRET is missing/,
    ],
  ])('%s: nothing that signs in is sent, and nothing written', async (_, change, words) => {
    const demo = await homelab('proxmox');
    const { add, env } = scene();
    const [added] = await add([proxmoxAnswer(demo, change)]);
    expect(added).toMatchObject({ outcome: 'failed', text: expect.stringMatching(words) });
    expect(signedIn(serverOf(demo, 'proxmox'))).toBe(0);
    expect(existsSync(env)).toBe(false);
  });

  it('a wrong secret is tried once, not written and not repeated in words; the next one is added all the same', async () => {
    const demo = await homelab('proxmox', 'netbox');
    const { add, env } = scene();
    const secret = 'wrong-wrong-wrong-1234';
    const added = await add([
      proxmoxAnswer(demo, { variables: { token_id: 'lares@pve!lares', token_secret: secret } }),
      {
        service: 'netbox',
        address: demo.env['NETBOX_URL'],
        variables: { token: demo.env['NETBOX_TOKEN'] },
      },
    ]);
    expect(added.map(({ outcome }) => outcome)).toEqual(['failed', 'added']);
    expect(JSON.stringify(added)).not.toContain(secret);
    expect(Object.keys(variables(env)).sort()).toEqual(['NETBOX_TOKEN', 'NETBOX_URL']);
  });

  it('what says nothing of itself without a login has to be vouched for before it gets one', async () => {
    const demo = await homelab('prometheus');
    const { add, env } = scene();
    const answer = {
      service: 'prometheus',
      address: demo.env['PROMETHEUS_URL'],
      variables: {
        username: demo.env['PROMETHEUS_USERNAME'],
        password: demo.env['PROMETHEUS_PASSWORD'],
      },
    };
    expect((await add([answer]))[0]).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('"sure": true'),
    });
    expect(signedIn(serverOf(demo, 'prometheus'))).toBe(0);
    expect((await add([{ ...answer, sure: true }]))[0]).toMatchObject({ outcome: 'added' });
    expect(variables(env)['PROMETHEUS_USERNAME']).toBe('lares');
  });

  it('several of a service each have a name, and the only one cannot be joined by another', async () => {
    const demo = await homelab('pihole');
    const { add, env } = scene();
    const answer = (name: string): object => ({
      service: 'pihole',
      instance: name,
      address: demo.env[`PIHOLE_${name.toUpperCase()}_URL`],
      variables: {
        password: demo.env[`PIHOLE_${name.toUpperCase()}_PASSWORD`],
        dns_port: demo.env[`PIHOLE_${name.toUpperCase()}_DNS_PORT`],
      },
    });
    expect((await add([answer('dns1'), answer('dns2')])).map(({ outcome }) => outcome)).toEqual([
      'added',
      'added',
    ]);
    expect((await add([answer('dns1'), answer('dns2')])).map(({ outcome }) => outcome)).toEqual([
      'unchanged',
      'unchanged',
    ]);
    const [third] = await add([{ ...answer('dns1'), instance: undefined }]);
    expect(third).toMatchObject({
      outcome: 'failed',
      text: expect.stringMatching(/each needs its own "instance"/),
    });
    expect(variables(env)['PIHOLE_DNS2_URL']).toBe(demo.env['PIHOLE_DNS2_URL']);
  });

  it('secrets get files of their own, which nobody else can read and nothing else is overwritten for', async () => {
    const demo = await homelab('netbox');
    const { add, env, folder } = scene();
    const answers = [
      {
        service: 'netbox',
        address: demo.env['NETBOX_URL'],
        variables: { token: demo.env['NETBOX_TOKEN'] },
      },
    ];
    const secretFolder = join(folder, 'secrets');
    const secret = join(secretFolder, 'NETBOX_TOKEN');
    expect((await add(answers, { secretFolder }))[0]).toMatchObject({ outcome: 'added' });
    expect(readFileSync(env, 'utf8')).toContain('NETBOX_TOKEN_FILE=secrets/NETBOX_TOKEN\n');
    expect(readFileSync(env, 'utf8')).not.toContain(demo.env['NETBOX_TOKEN'] ?? '');
    expect([
      readFileSync(secret, 'utf8'),
      statSync(secret).mode & 0o777,
      statSync(secretFolder).mode & 0o777,
    ]).toEqual([`${demo.env['NETBOX_TOKEN']}\n`, 0o600, 0o700]);
    expect((await add(answers, { secretFolder }))[0]).toMatchObject({ outcome: 'unchanged' });
    const elsewhere = join(folder, 'others');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'NETBOX_TOKEN'), 'of somebody else');
    expect((await add(answers, { secretFolder: elsewhere }))[0]).toMatchObject({
      outcome: 'failed',
      text: expect.stringMatching(/did not write it/),
    });
    expect(readFileSync(join(elsewhere, 'NETBOX_TOKEN'), 'utf8')).toBe('of somebody else');
  });

  it('a secret may come from a file that the answers name', async () => {
    const demo = await homelab('netbox');
    const { add, env, folder } = scene();
    const secret = join(folder, 'token');
    writeFileSync(secret, `${demo.env['NETBOX_TOKEN']}\n`, { mode: 0o600 });
    const answers = [
      { service: 'netbox', address: demo.env['NETBOX_URL'], variables: { token_file: secret } },
    ];
    expect((await add(answers))[0]).toMatchObject({ outcome: 'added' });
    expect(variables(env)['NETBOX_TOKEN_FILE']).toBe(secret);
  });

  it('what a person wrote is not overwritten', async () => {
    const demo = await homelab('netbox');
    const { add, env } = scene();
    writeFileSync(env, 'NETBOX_URL=http://mine.example.net\n', { mode: 0o600 });
    const [added] = await add([
      {
        service: 'netbox',
        address: demo.env['NETBOX_URL'],
        variables: { token: demo.env['NETBOX_TOKEN'] },
      },
    ]);
    expect(added).toMatchObject({
      outcome: 'failed',
      text: expect.stringMatching(/NETBOX_URL stands in .*did not write it/),
    });
    expect(readFileSync(env, 'utf8')).toBe('NETBOX_URL=http://mine.example.net\n');
    expect(signedIn(serverOf(demo, 'netbox'))).toBe(0);
  });
});

it('over plain http beyond this machine a secret is sent only where the answers say so', async () => {
  const demo = await homelab('netbox');
  const { add } = scene();
  const netbox = serverOf(demo, 'netbox');
  // The unspecified address leads to this machine, and is none of its loopback addresses.
  const address = `http://0.0.0.0:${netbox.port}`;
  const answer = { service: 'netbox', address, variables: { token: demo.env['NETBOX_TOKEN'] } };
  expect((await add([answer]))[0]).toMatchObject({
    outcome: 'failed',
    text: expect.stringMatching(/Plain http: whoever is on the way[\s\S]*"plain_http": true/),
  });
  expect(signedIn(netbox)).toBe(0);
  expect((await add([{ ...answer, plain_http: true }]))[0]).toMatchObject({ outcome: 'added' });
});

describe('the answers file', () => {
  const content = [{ service: 'netbox', address: 'x' }];
  it.each([0o640, 0o604, 0o660, 0o644])('that others can read (%o) is refused', (mode) => {
    const path = answersFile(scratch(), content);
    chmodSync(path, mode);
    expect(() => readAnswers(path)).toThrow(/can be read by others/);
  });

  it.each<[string, RegExp]>([
    ['{', /is not JSON/],
    ['{"services": []}', /not understood: services/],
    ['{"services": [{"service": "netbox"}]}', /services\.0\.address/],
    [
      '{"services": [{"service": "netbox", "address": "x", "token": "s3cret-s3cret"}]}',
      /services\.0: /,
    ],
    [
      '{"services": [{"service": "netbox", "address": "x", "fingerprint": "s3cret-s3cret"}]}',
      /SHA-256/,
    ],
    [
      '{"services": [{"service": "netbox", "address": "x", "variables": {"token": 5}}]}',
      /variables\.token/,
    ],
  ])('%s is not understood, and no value of it is repeated', (text, words) => {
    const path = answersFile(scratch(), []);
    writeFileSync(path, text);
    expect(() => readAnswers(path)).toThrow(words);
    expect(() => readAnswers(path)).not.toThrow(/s3cret-s3cret/);
  });

  it('that is not there is said to be no file', () => {
    expect(() => readAnswers('/nowhere/answers.json')).toThrow(/is no file/);
  });
});
