import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configureService, fieldsOf } from '../../src/core/config/env.ts';
import { HttpUrl } from '../../src/core/config/http-url.ts';
import { isMuted, readGlobals } from '../../src/core/config/globals.ts';
import { toy } from '../toy.ts';

const url = 'http://10.0.0.1';

describe('a service is', () => {
  it('off when none of its variables is set, or all are empty', () => {
    for (const env of [{}, { TOY_URL: '', TOY_TOKEN: '' }, { PATH: '/bin', TOYOTA_URL: url }])
      expect(configureService(toy, env)).toMatchObject({ state: 'off', problems: [] });
  });

  it('on when its whole configuration parses, with its defaults', () => {
    const { state, targets } = configureService(toy, { TOY_URL: url });
    expect(state).toBe('on');
    expect(targets.get('default')).toMatchObject({
      baseUrl: url,
      prefix: 'TOY',
      settings: { room: 'hall' },
      limits: { timeoutMs: 10_000 },
      tls: { verify: true },
    });
  });

  it('invalid in between, naming the variable', () => {
    expect(configureService(toy, { TOY_TOKEN: 'abcd' })).toMatchObject({
      state: 'invalid',
      problems: ['TOY_URL is missing'],
    });
    expect(configureService(toy, { TOY_URL: url, TOY_TIMEOUT_MS: '4s' })).toMatchObject({
      state: 'invalid',
      problems: ['TOY_TIMEOUT_MS: must be a number'],
    });
    expect(configureService(toy, { TOY_URL: 'not a url' })).toMatchObject({
      state: 'invalid',
      problems: [expect.stringMatching(/^TOY_URL: /)],
    });
    expect(configureService(toy, { TOY_URL: url, TOY_TIMEOUT_MS: 'soon' })).toMatchObject({
      state: 'invalid',
      problems: [expect.stringMatching(/^TOY_TIMEOUT_MS: /)],
    });
    expect(configureService(toy, { TOY_URL: url, TOY_TLS_FINGERPRINT: 'AA:BB' })).toMatchObject({
      state: 'invalid',
      problems: [expect.stringMatching(/TOY_TLS_FINGERPRINT: must be a SHA-256/)],
    });
  });

  it('not trusted with writes when its level cannot be read', () => {
    expect(configureService(toy, { TOY_URL: url, TOY_WRITES: 'maybe' })).toMatchObject({
      state: 'invalid',
      writes: 'off',
      problems: [expect.stringMatching(/^TOY_WRITES: must be one of off, human, sealed, confirm/)],
    });
  });
});

describe('instances', () => {
  it('take their name from between prefix and field, and defaults from the field without one', () => {
    const { targets } = configureService(toy, {
      TOY_ATTIC_URL: 'http://10.0.0.2',
      TOY_HALL_WAY_URL: url,
      TOY_TOKEN: 'both',
      TOY_ATTIC_ROOM: 'attic',
    });
    expect([...targets.keys()]).toEqual(['attic', 'hall_way']);
    expect(targets.get('attic')).toMatchObject({
      prefix: 'TOY_ATTIC',
      settings: { room: 'attic' },
      headers: { authorization: 'Bearer both' },
    });
    expect(targets.get('hall_way')).toMatchObject({
      settings: { room: 'hall' },
      headers: { authorization: 'Bearer both' },
    });
  });

  it('one wrong instance makes the service invalid and names that instance', () => {
    expect(configureService(toy, { TOY_A_URL: url, TOY_B_ROOM: 'x' })).toMatchObject({
      state: 'invalid',
      problems: ['TOY_B_URL is missing'],
      targets: new Map(),
    });
  });

  it('a default that nobody uses is pointed out', () => {
    expect(configureService(toy, { TOY_URL: url, TOY_B_URL: url }).warnings).toEqual([
      expect.stringMatching(/TOY_URL is used by no instance/),
    ]);
  });
});

describe('a variable', () => {
  it('with _FILE is read from a file, without its last newline', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'token');
    writeFileSync(file, 's3cret-from-file\n');
    const { targets, secrets } = configureService(toy, { TOY_URL: url, TOY_TOKEN_FILE: file });
    expect(targets.get('default')?.headers).toEqual({ authorization: 'Bearer s3cret-from-file' });
    expect(secrets).toEqual(['s3cret-from-file']);
    expect(configureService(toy, { TOY_URL: url, TOY_TOKEN_FILE: '/nowhere' }).problems).toEqual([
      'TOY_TOKEN_FILE: /nowhere cannot be read',
    ]);
  });

  it('that is mistyped is reported with the nearest name, and changes nothing else', () => {
    const config = configureService(toy, { TOY_URL: url, TOY_TOKN: 'x' });
    expect(config).toMatchObject({
      state: 'on',
      warnings: ['TOY_TOKN is not known. Did you mean TOY_TOKEN?'],
    });
  });

  it('that switches a check off is said aloud', () => {
    expect(
      configureService(toy, { TOY_URL: 'https://10.0.0.1', TOY_TLS_VERIFY: 'false' }).warnings,
    ).toEqual([expect.stringMatching(/^TOY_TLS_VERIFY=false: /)]);
  });

  it('is documented with whether it is required and secret', () => {
    expect(
      fieldsOf(toy).own.map(({ variable, required, secret }) => [variable, required, secret]),
    ).toEqual([
      ['TOY_URL', true, false],
      ['TOY_TOKEN', false, true],
      ['TOY_ROOM', false, false],
    ]);
  });
});

describe('globals', () => {
  it('that cannot be read fall back to the safe side and are reported', () => {
    const globals = readGlobals({
      LARES_WRITES: 'yes',
      LARES_WRITE: 'off',
      LARES_MUTE: 'a.b/c@soon',
    });
    expect(globals.writes).toBe('off');
    expect(globals.mute).toEqual([]);
    expect(globals.problems).toEqual([
      expect.stringMatching(/LARES_WRITE is not known. Did you mean LARES_WRITES\?/),
      expect.stringMatching(/^LARES_WRITES: /),
      expect.stringMatching(/LARES_MUTE: a.b\/c@soon: the date is not like/),
    ]);
  });

  it('mute a finding by pattern, until the end of a day', () => {
    const { mute } = readGlobals({ LARES_MUTE: 'proxmox.guest-down/104, caddy.*@2027-01-31' });
    const day = Date.parse('2027-01-31T12:00:00Z');
    expect(
      [
        'proxmox.guest-down/104',
        'proxmox.guest-down/1041',
        'proxmoxXguest-down/104',
        'caddy.cert/x',
      ].map((id) => isMuted(id, mute, day)),
    ).toEqual([true, false, false, true]);
    expect(isMuted('caddy.cert/x', mute, day + 86_400_000)).toBe(false);
  });
});

describe('a configuration that trips its own service', () => {
  it('makes that service invalid, quotes nothing, and leaves the process alone', () => {
    const tripping = {
      ...toy,
      connect: () => {
        throw new Error('s3cret');
      },
    };
    expect(configureService(tripping, { TOY_URL: url })).toMatchObject({
      state: 'invalid',
      problems: [expect.not.stringContaining('s3cret')],
    });
  });

  it.each([
    'not a url',
    'ftp://host',
    'http://',
    'https://user:pass@host',
    '//host',
    'javascript:1',
  ])('an address like %j is refused', (address) => {
    expect(HttpUrl.safeParse(address).success).toBe(false);
  });
});
