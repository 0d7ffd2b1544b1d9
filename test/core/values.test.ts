import { mkdtempSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configureService, unread, type Env } from '../../src/core/config/env.ts';
import type { Configurable } from '../../src/core/config/fields.ts';
import { readGlobals } from '../../src/core/config/globals.ts';
import { HttpUrl } from '../../src/core/config/http-url.ts';
import { createRedactor } from '../../src/core/config/secrets.ts';

/** A service with a field of every kind, whose settings show what arrived. */
const sample: Configurable = {
  id: 'sample',
  config: z.object({
    url: HttpUrl,
    token: z.string().meta({ secret: true }).optional(),
    token_id: z.string().optional(),
    password: z.string().meta({ secret: true }).optional(),
    error_query: z.string().optional(),
    site_port: z.coerce.number().optional(),
    key_file: z.string().optional(),
    tenant: z.string().optional(),
  }),
  parts: { alerts: 'Alerts', history: 'What was' },
  foreign: { names: [/^SAMPLE_SMTP_URL$/], families: [/^SAMPLE_SMTP_/] },
  connect: (config) => {
    const { url, token, tenant, ...settings } = config as Record<string, string>;
    return {
      baseUrl: url ?? '',
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(tenant && { 'x-tenant': tenant }),
      },
      settings,
    };
  },
};

const url = 'http://10.0.0.1';
const read = (env: Env) => configureService(sample, { SAMPLE_URL: url, ...env });
const settingsOf = (env: Env) =>
  (read(env).targets.get('default')?.settings ?? {}) as Record<string, unknown>;
const tokenOf = (env: Env) =>
  read(env).targets.get('default')?.headers?.['authorization']?.replace('Bearer ', '');

const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
const file = (content: string | Uint8Array): string => {
  const name = join(folder, `value-${Math.random()}`);
  writeFileSync(name, content);
  return name;
};

describe('a token', () => {
  it.each([
    ['tok123\n'],
    ['tok123\r\n'],
    ['tok123\r'],
    [' tok123 '],
    ['\ufefftok123'],
    ['\u200btok123\u00a0'],
    ['"tok123"'],
    ["'tok123'\n"],
    ['“tok123”'],
    ['Bearer tok123'],
    ['bearer  tok123'],
    ['Token tok123'],
    ['Authorization: Bearer tok123'],
    ['"Authorization: Bearer tok123"'],
    ['X-API-KEY: tok123'],
    ['PVEAPIToken=me@pam!lares=tok123'],
    ['PBSAPIToken me@pbs!lares:tok123'],
    ['me@example.net@entra!lares=tok123'],
    ['tok123:token'],
    ['SAMPLE_TOKEN=tok123'],
    ['tok\u200b123'],
  ])('is what was meant: %j', (raw) => {
    expect([tokenOf({ SAMPLE_TOKEN: raw }), tokenOf({ SAMPLE_TOKEN_FILE: file(raw) })]).toEqual([
      'tok123',
      'tok123',
    ]);
  });

  it('from a file is read in every encoding that an editor or a shell writes', () => {
    const utf16 = Buffer.from('\ufefftok123\r\n', 'utf16le');
    const contents = [
      utf16,
      Buffer.from(utf16).swap16(),
      Buffer.from('\ufefftok123\n'),
      Buffer.from('tok123\n\n'),
    ];
    for (const content of contents)
      expect(tokenOf({ SAMPLE_TOKEN_FILE: file(content) })).toBe('tok123');
    expect(
      read({ SAMPLE_TOKEN_FILE: file(Buffer.from('schl\u00fcssel', 'latin1')) }).problems,
    ).toEqual([expect.stringMatching(/^SAMPLE_TOKEN_FILE: .* is not text in UTF-8 or UTF-16$/)]);
  });

  it.each([
    ['${SAMPLE_TOKEN}', '${…}'],
    ['${env:SAMPLE_TOKEN}', '${…}'],
    ['${input:token}', '${…}'],
    ['${SAMPLE_TOKEN:-}', '${…}'],
    ['"${SAMPLE_TOKEN}"', '${…}'],
    ['Bearer ${SAMPLE_TOKEN}', '${…}'],
    ['${{ secrets.TOKEN }}', '${…}'],
    ['$SAMPLE_TOKEN', '$NAME'],
    ['%SAMPLE_TOKEN%', '%NAME%'],
    ['{{SAMPLE_TOKEN}}', '{{…}}'],
    ['$(cat token)', '$(…)'],
    ['<your-token>', '<…>'],
    ['your-api-key', 'the text of an example'],
    ['PASTE_TOKEN_HERE', 'the text of an example'],
    ['op://vault/item/field', 'op://…'],
    ['undefined', 'a word for nothing'],
  ])('that nobody filled in is a problem by name, and nothing is sent: %j', (raw, shown) => {
    for (const env of [{ SAMPLE_TOKEN: raw }, { SAMPLE_TOKEN_FILE: file(raw) }]) {
      const [variable] = Object.keys(env);
      expect(read(env)).toMatchObject({
        state: 'invalid',
        targets: new Map(),
        problems: [`${variable} was not filled in by the client: ${shown} still stands in it`],
      });
    }
  });

  it.each([
    ['tok\n123', 'a line break (U+000A)'],
    ['tok\t123', 'a tab (U+0009)'],
    ['tok\u0000123', 'a null character (U+0000)'],
    ['tok\x1b[0m', 'a control character (U+001B)'],
    ['tok 123', 'a blank (U+0020)'],
    ['tok\u00a0123', 'a blank that does not break (U+00A0)'],
    ['tok–123', '– (U+2013)'],
  ])('with what no token holds is refused, and the character named: %j', (raw, shown) => {
    const { state, problems } = read({ SAMPLE_TOKEN: raw });
    expect([state, problems]).toEqual([
      'invalid',
      [expect.stringContaining(`SAMPLE_TOKEN holds ${shown}`)],
    ]);
    expect(problems.join()).not.toContain('123');
  });

  it('that is repaired is said, without the token and without a change of state', () => {
    const { state, warnings } = read({ SAMPLE_TOKEN: '"Bearer tok123"' });
    expect([state, warnings]).toEqual([
      'on',
      [
        'SAMPLE_TOKEN stood in quotes, which were taken off',
        'SAMPLE_TOKEN held more than itself: the word Bearer was taken off',
      ],
    ]);
  });
});

describe('a password', () => {
  it('keeps what may be part of it, and that is said', () => {
    for (const [raw, value, said] of [
      ['"pass"', '"pass"', /stands in quotes, which are sent as part of it/],
      ['pa\u200bss', 'pa\u200bss', /holds an invisible character \(U\+200B\), which is sent/],
      [' pass\n', 'pass', /had blanks around it, which were cut off/],
    ] as const) {
      expect(settingsOf({ SAMPLE_PASSWORD: raw })['password']).toBe(value);
      expect(read({ SAMPLE_PASSWORD: raw }).warnings).toEqual([expect.stringMatching(said)]);
    }
  });

  it('is nearly anything', () => {
    for (const password of [
      '$ecret',
      '%x',
      'two words',
      'Bearer x',
      '<3',
      'ünïcode',
      'a"',
      'p${',
      '{{',
      'xxxx',
      'changeme',
    ])
      expect([
        settingsOf({ SAMPLE_PASSWORD: password })['password'],
        read({ SAMPLE_PASSWORD: password }).warnings,
      ]).toEqual([password, []]);
  });

  it('is no placeholder and holds no control character', () => {
    for (const raw of ['${PASSWORD}', '$PASSWORD', '%PASSWORD%', '{{password}}', '<your-password>'])
      expect(read({ SAMPLE_PASSWORD: raw }).problems, raw).toEqual([
        expect.stringMatching(/^SAMPLE_PASSWORD was not filled in/),
      ]);
    expect(read({ SAMPLE_PASSWORD: 'a\x07b' }).problems).toEqual([
      'SAMPLE_PASSWORD holds a control character (U+0007), which cannot be part of it',
    ]);
  });

  it('of two quotes is none', () => {
    expect(settingsOf({ SAMPLE_PASSWORD: '""' })).toEqual({});
  });
});

describe('an address', () => {
  it('is taken out of its quotes and out of the line of a browser', () => {
    for (const raw of [`"${url}"`, `${url}/#v1:0:18:4`, `${url}?tab=1\n`, `\ufeff${url}`])
      expect(read({ SAMPLE_URL: raw }).targets.get('default')?.baseUrl.replace(/\/$/, '')).toBe(
        url,
      );
  });

  it.each(['http://${HOST}:80', 'http://$HOST', 'http://%HOST%/x', 'http://<host>', '{{URL}}'])(
    'that nobody filled in is a problem: %s',
    (raw) => {
      expect(read({ SAMPLE_URL: raw }).problems).toEqual([
        expect.stringMatching(/^SAMPLE_URL was not filled in by the client/),
      ]);
    },
  );

  it('may hold in its path what no host does', () => {
    expect(read({ SAMPLE_URL: `${url}/a%C3%A4/$b` }).state).toBe('on');
  });
});

describe('other values', () => {
  it('are taken out of quotes, but for a query, in which they mean something', () => {
    expect(
      settingsOf({ SAMPLE_SITE_PORT: '"8443"', SAMPLE_ERROR_QUERY: '"out of memory"' }),
    ).toEqual({
      site_port: 8443,
      error_query: '"out of memory"',
    });
  });

  it('that are paths begin at home, or in the folder where Lares is', () => {
    expect(settingsOf({ SAMPLE_KEY_FILE: '~/key.pem' })['key_file']).toBe(
      join(homedir(), 'key.pem'),
    );
    expect(settingsOf({ SAMPLE_KEY_FILE: 'key.pem' })['key_file']).toBe(
      join(process.cwd(), 'key.pem'),
    );
    expect(read({ SAMPLE_KEY_FILE: '$HOME/key.pem' }).problems).toEqual([
      'SAMPLE_KEY_FILE was not filled in by the client: $NAME still stands in it',
    ]);
  });

  it('that are fingerprints are read in every spelling', () => {
    const digits = 'ab'.repeat(32);
    const colons = (digits.toUpperCase().match(/../g) ?? []).join(':');
    for (const raw of [
      digits,
      colons,
      colons.toLowerCase(),
      `sha256 Fingerprint=${colons}`,
      `SHA256 Fingerprint=${colons}`,
      `SHA256:${digits}`,
      `SHA-256: ${colons}`,
      colons.replaceAll(':', ' '),
    ])
      expect(
        read({ SAMPLE_TLS_FINGERPRINT: raw }).targets.get('default')?.tls.fingerprint,
        raw,
      ).toBe(colons);
    expect(read({ SAMPLE_TLS_FINGERPRINT: 'ab:'.repeat(19) + 'ab' }).problems).toEqual([
      'SAMPLE_TLS_FINGERPRINT: must be a SHA-256 fingerprint (AA:BB:…), and this is a SHA-1',
    ]);
  });

  it('of two names count once: the variable, and not the file beside it', () => {
    for (const env of [
      { SAMPLE_TOKEN: 'direct', SAMPLE_TOKEN_FILE: file('filed') },
      { SAMPLE_TOKEN_FILE: file('filed'), SAMPLE_TOKEN: 'direct' },
    ]) {
      expect(tokenOf(env)).toBe('direct');
      expect(read(env).warnings).toEqual([
        'SAMPLE_TOKEN and SAMPLE_TOKEN_FILE are both set: SAMPLE_TOKEN counts',
      ]);
    }
    const globals = readGlobals({ LARES_WRITES: 'off', LARES_WRITES_FILE: file('confirm') });
    expect([globals.writes, globals.warnings]).toEqual([
      'off',
      ['LARES_WRITES and LARES_WRITES_FILE are both set: LARES_WRITES counts'],
    ]);
  });

  it('never leave the gate with a character that no header can carry', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (raw) => {
        const token = tokenOf({ SAMPLE_TOKEN: raw });
        if (token !== undefined) expect(token).toMatch(/^[\x21-\x7e]+$/);
        const { password } = settingsOf({ SAMPLE_PASSWORD: raw });
        if (password !== undefined) expect(password).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 1_000 },
    );
  });

  it('pass unchanged when there is nothing to mend, and nothing is said', () => {
    const word = fc.string({
      unit: fc.constantFrom(...'abcDEF019-_.~+/='),
      minLength: 8,
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        word.filter((text) => !/[-_]here$|^(your|my)/i.test(text)),
        (text) => {
          expect([tokenOf({ SAMPLE_TOKEN: text }), read({ SAMPLE_TOKEN: text }).warnings]).toEqual([
            text,
            [],
          ]);
        },
      ),
    );
  });
});

describe('headers for a proxy in front', () => {
  const lines = 'CF-Access-Client-Id: abc.access\nCF-Access-Client-Secret: s3cr3t-s3cr3t';

  it('are sent, one a line, and each value is a secret', () => {
    for (const raw of [
      lines,
      lines.replace('\n', '\r\n'),
      lines.replace('\n', '\\n'),
      `"${lines}"`,
    ]) {
      const { targets, secrets } = read({ SAMPLE_HEADERS: raw, SAMPLE_TOKEN: 'tok123' });
      expect(targets.get('default')?.headers).toEqual({
        'cf-access-client-id': 'abc.access',
        'cf-access-client-secret': 's3cr3t-s3cr3t',
        authorization: 'Bearer tok123',
      });
      expect(secrets).toEqual(expect.arrayContaining(['abc.access', 's3cr3t-s3cr3t']));
    }
    expect(read({ SAMPLE_HEADERS: 'Authorization: Basic bWU6cHc=' })).toMatchObject({
      state: 'on',
      secrets: ['Basic bWU6cHc=', 'bWU6cHc='],
    });
  });

  it('are those of the instance', () => {
    const { targets } = configureService(sample, {
      SAMPLE_A_URL: url,
      SAMPLE_B_URL: 'http://10.0.0.2',
      SAMPLE_A_HEADERS: 'X-Door: one',
    });
    expect([...targets.values()].map(({ headers }) => headers)).toEqual([{ 'x-door': 'one' }, {}]);
  });

  it.each([
    ['Host: x', /^SAMPLE_HEADERS cannot set Host: it belongs to the connection$/],
    ['Content-Type: x', /cannot set Content-Type/],
    ['Transfer-Encoding: chunked', /cannot set Transfer-Encoding/],
    ['connection: close', /cannot set connection/],
    ['authorization: Basic x', /cannot set authorization: Lares sends that one itself/],
    ['no header', /must be headers like "Name: value", one a line/],
    ['X-A:', /must be headers like/],
    ['X-A: ü', /holds a character in X-A that no header can carry/],
    ['X-A: ${CF_ID}', /was not filled in by the client/],
  ])('are refused by name where they cannot be sent: %s', (raw, said) => {
    expect(read({ SAMPLE_HEADERS: raw, SAMPLE_TOKEN: 'tok123' }).problems).toEqual([
      expect.stringMatching(said),
    ]);
  });

  it('go to a second server only where it is the same origin', () => {
    const endpointWith = (other: string) =>
      configureService(
        { ...sample, connect: () => ({ baseUrl: url, also: { other: { baseUrl: other } } }) },
        { SAMPLE_URL: url, SAMPLE_HEADERS: 'X-Door: one' },
      ).targets.get('default')?.also?.['other']?.headers;
    expect([endpointWith(`${url}/metrics`), endpointWith('http://10.0.0.2')]).toEqual([
      { 'x-door': 'one' },
      undefined,
    ]);
  });
});

describe('parts that are not there', () => {
  it('are named as the service names them', () => {
    expect([...read({ SAMPLE_WITHOUT: 'alerts, history' }).without]).toEqual(['alerts', 'history']);
    expect(read({ SAMPLE_WITHOUT: 'alert' }).warnings).toEqual([
      'SAMPLE_WITHOUT: there is no part alert, did you mean alerts?',
    ]);
    expect(read({ SAMPLE_WITHOUT: 'xyz' }).warnings).toEqual([
      'SAMPLE_WITHOUT: there is no part xyz, only alerts, history',
    ]);
  });
});

describe('names', () => {
  it('of the product itself, of Kubernetes and of Docker are left alone', () => {
    expect(
      read({
        SAMPLE_SMTP_URL: 'smtp://mail',
        SAMPLE_SMTP_PASSWD: 'x',
        SAMPLE_SERVICE_HOST: '10.96.0.4',
        SAMPLE_PORT: 'tcp://10.96.0.4:80',
        SAMPLE_PORT_80_TCP_ADDR: '10.96.0.4',
        SAMPLE_SITE_PORT: 'tcp://10.96.0.4:80',
      }),
    ).toMatchObject({
      state: 'on',
      problems: [],
      warnings: [],
      targets: new Map([['default', expect.anything()]]),
    });
  });

  it('of the files that deploy Lares are no mistake', () => {
    for (const name of ['LARES_SITE', 'LARES_UPSTREAM', 'LARES_AUTH'])
      expect(readGlobals({ [name]: 'x' }).problems).toEqual([]);
  });

  it('that were to keep writes away keep them away, however they are spelled', () => {
    for (const name of [
      'LARES_WRTES',
      'LARES_PROTCT',
      'LARES_KILL_SWTCH',
      'LARES_READONLY',
      'LARES_X',
      'lares_writes',
    ])
      expect(readGlobals({ [name]: 'off' }), name).toMatchObject({
        writes: 'off',
        writesOffBecause: [expect.stringContaining(`${name} is not known`)],
        problems: [expect.stringMatching(/writes are off$/)],
      });
    for (const name of ['SAMPLE_WRITE', 'SAMPLE_PROTECT', 'SAMPLE_READ_ONLY', 'SAMPLE_A_WRITABLE'])
      expect(read({ [name]: 'off' }), name).toMatchObject({
        state: 'on',
        writes: 'off',
        warnings: [expect.stringMatching(/is not known.* its writes are off$/)],
      });
    expect(read({ SAMPLE_TOKN: 'x' })).toMatchObject({ writes: undefined, writesOffBecause: [] });
  });

  it('of one instance tighten the level of all, and make none of their own', () => {
    expect(read({ SAMPLE_A_WRITES: 'off', SAMPLE_WRITES: 'confirm' })).toMatchObject({
      state: 'on',
      writes: 'off',
      targets: new Map([['default', expect.anything()]]),
    });
  });

  it('that could not be read in a file turn writes off', () => {
    expect(readGlobals({ [unread]: ['lab.env:7: not an assignment'] })).toMatchObject({
      writes: 'off',
      problems: ['lab.env:7: not an assignment, so writes are off'],
    });
  });

  it('that decide about writes mean the same wherever Lares is started', () => {
    for (const name of ['LARES_STATE_DIR', 'LARES_KILL_SWITCH', 'LARES_SEAL_KEY_FILE'])
      expect(readGlobals({ [name]: 'there' }), name).toMatchObject({
        writes: 'off',
        problems: [
          `${name}: there must begin with / or ~/: Lares is started in any folder, so writes are off`,
        ],
      });
    expect(readGlobals({ LARES_STATE_DIR: '~/st' }).stateDir).toBe(join(homedir(), 'st'));
  });
});

describe('two instances on one server', () => {
  it.each([
    [{ SAMPLE_A_URL: url, SAMPLE_B_URL: url }],
    [{ SAMPLE_A_URL: url, SAMPLE_B_URL: `${url}/` }],
    [{ SAMPLE_A_URL: 'http://localhost:1', SAMPLE_B_URL: 'http://127.0.0.1:1' }],
    [{ SAMPLE_A_URL: url, SAMPLE_B_URL: url, SAMPLE_A_TOKEN: 'one', SAMPLE_B_TOKEN: 'two' }],
  ])('are a problem: %j', (env) => {
    expect(configureService(sample, env).problems).toEqual([
      'SAMPLE_A_URL and SAMPLE_B_URL are the same address: both are the same server',
    ]);
  });

  it('are a problem too where one variable holds for both', () => {
    expect(read({ SAMPLE_A_TOKEN: 'a', SAMPLE_B_TOKEN: 'b' }).problems).toEqual([
      'SAMPLE_URL holds for a and b: both are the same server',
    ]);
  });

  it('are two where a tenant tells them apart, or a path', () => {
    for (const env of [
      { SAMPLE_A_URL: url, SAMPLE_B_URL: url, SAMPLE_A_TENANT: 'one', SAMPLE_B_TENANT: 'two' },
      { SAMPLE_A_URL: `${url}/a`, SAMPLE_B_URL: `${url}/b` },
      { SAMPLE_A_URL: `${url}:81`, SAMPLE_B_URL: url },
    ])
      expect(configureService(sample, env).state, JSON.stringify(env)).toBe('on');
  });
});

describe('what is said of a configuration', () => {
  it('passes the redactor as it is', () => {
    const redact = createRedactor([]);
    const values = [
      '"x"',
      'Bearer x',
      'a b',
      '${X}',
      'x\ny',
      'x\u200by',
      'PVEAPIToken=me@pam!x=y',
      '<your-token>',
    ];
    for (const field of [
      'URL',
      'TOKEN',
      'TOKEN_ID',
      'PASSWORD',
      'HEADERS',
      'KEY_FILE',
      'SITE_PORT',
      'WITHOUT',
      'WRITES',
      'TLS_FINGERPRINT',
      'TOKN',
      'WRITE',
    ])
      for (const value of values) {
        const { problems, warnings } = read({ [`SAMPLE_${field}`]: value });
        for (const sentence of [...problems, ...warnings]) expect(redact(sentence)).toBe(sentence);
      }
  });
});
