import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { globalVariables, type GlobalField } from '../../src/core/config/global-variables.ts';
import { readGlobals } from '../../src/core/config/globals.ts';
import { networkVariables, type NetworkField } from '../../src/core/config/network.ts';
import { parseVariable, variableOf, type Variable } from '../../src/core/config/variables.ts';
import { readSettings } from '../../src/mcp/http/settings.ts';
import { httpLab } from '../http/http-lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nonsense = 'nonsense @ all?';
const inFile = join(folder, 'nonsense');
writeFileSync(inFile, `${nonsense}\n`);
const nowhere = join(folder, 'nowhere');

const globals = Object.keys(globalVariables) as GlobalField[];
const network = Object.keys(networkVariables) as NetworkField[];

/** Where any text is right, and why. Every other variable has to complain about nonsense. */
const anyText: Readonly<Record<string, string>> = {
  docs: 'a folder that is not there is said where documents are asked for',
  http_host: 'an address that cannot be listened on ends the start',
  allowed_hosts: 'a name that nobody uses lets nobody in',
  trusted_proxy: 'an address that nobody has is believed from nobody',
  tls_cert: 'a file that is not there ends the start',
  tls_key: 'a file that is not there ends the start',
  oidc_audience: 'whatever the provider puts into its tokens',
  oidc_read: 'a scope that nobody has lets nobody read',
  oidc_write: 'a scope that nobody has lets nobody write',
  oidc_approve: 'a scope that nobody has lets nobody approve',
  oidc_groups_claim: 'a claim that no token has holds no group',
};

/** What is said of an environment, by whichever of the two reads the field. */
function problemsOf(field: string, env: Record<string, string>): string {
  if (field in globalVariables) return readGlobals(env).problems.join('\n');
  try {
    readSettings(env, {}, { stateDir: folder });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('every LARES_ variable', () => {
  it.each([...globals, ...network])('%s is read: nonsense is reported by name', (field) => {
    const name = variableOf(field);
    // A certificate without a key is a problem of its own.
    const partner: Record<string, string> = field === 'tls_cert' ? { LARES_TLS_KEY: 'x' } : {};
    if (field === 'tls_key') partner['LARES_TLS_CERT'] = 'x';
    const direct = problemsOf(field, { ...partner, [name]: nonsense });
    const filed = problemsOf(field, { ...partner, [`${name}_FILE`]: inFile });
    expect(filed, 'a value in a file is the same value').toBe(direct);
    if (field in anyText) expect(direct).toBe('');
    else expect(direct).toMatch(new RegExp(`^${name}: `));
  });

  it.each([...globals, ...network])(
    '%s in a file that cannot be read is not "not set"',
    (field) => {
      const name = variableOf(field);
      expect(problemsOf(field, { [`${name}_FILE`]: nowhere })).toContain(
        `${name}_FILE: ${nowhere} cannot be read`,
      );
    },
  );

  const withDefault = Object.entries<Variable<unknown>>({
    ...globalVariables,
    ...networkVariables,
  }).filter(([, described]) => described.default !== undefined);

  it.each(withDefault)('%s has a default that it would take as a value', (field, described) => {
    const text = String(described.default);
    expect(parseVariable(field, described, text)).toEqual({ value: described.default });
  });
});

describe('a global that cannot be read', () => {
  it.each(['writes', 'protect', 'kill_switch', 'seal_key_file', 'state_dir', 'state_url'])(
    'turns writes off where the gate stands on it: %s',
    (field) => {
      expect(readGlobals({}).writes).toBe('confirm');
      const { writes, problems } = readGlobals({ [`${variableOf(field)}_FILE`]: nowhere });
      expect([writes, problems]).toEqual(['off', [expect.stringMatching(/, so writes are off$/)]]);
    },
  );

  it('leaves the others and the level alone, and the default holds', () => {
    const globals = readGlobals({
      LARES_WRITES_FILE: join(folder, 'level'),
      LARES_LOG_LEVEL: 'warning',
      LARES_REFRESH_S: 'often',
    });
    expect(globals.problems).toEqual([
      expect.stringMatching(/^LARES_WRITES_FILE: .* cannot be read, so writes are off$/),
      'LARES_REFRESH_S: must be a number',
      expect.stringMatching(/^LARES_LOG_LEVEL: .*"warn"/),
    ]);
    expect(globals).toMatchObject({ refreshMs: 60_000, logLevel: 'info' });
  });

  it('a mistyped log level does not take the server down', async () => {
    const lab = await httpLab({ env: { LARES_LOG_LEVEL: 'silnt' } });
    expect((await lab.fetch('/healthz')).status).toBe(200);
    expect(lab.house().globals.problems).toEqual([expect.stringMatching(/^LARES_LOG_LEVEL: /)]);
  });
});
