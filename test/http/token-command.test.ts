import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TokenFile } from '../../src/mcp/http/auth/tokens.ts';

const program = fileURLToPath(new URL('../../dist/lares.js', import.meta.url));

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'lares-test-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const lares = (
  stateDir: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { env: { PATH: process.env['PATH'] ?? '', LARES_STATE_DIR: stateDir } },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

describe('lares token', () => {
  it('shows the secret once, keeps only its hash, and takes it back', async () => {
    const state = folder();
    const added = await lares(
      state,
      'token',
      'add',
      'laptop',
      '--scope',
      'write',
      '--services',
      'pihole,proxmox',
    );
    const secret = added.out.split('\n')[0] ?? '';
    expect([added.code, secret]).toEqual([0, expect.stringMatching(/^lares_[\w-]{43}$/)]);
    const file = join(state, 'tokens.json');
    expect(readFileSync(file, 'utf8')).not.toContain(secret.slice(6));
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    expect(new TokenFile(file).holder(secret)).toEqual({
      caller: 'laptop',
      write: true,
      approve: false,
      services: new Set(['pihole', 'proxmox']),
    });
    expect((await lares(state, 'token', 'list')).out).toMatch(
      /^laptop\s+write\s+pihole proxmox\s+\d{4}-\d\d-\d\d$/m,
    );
    expect((await lares(state, 'token', 'revoke', 'laptop')).code).toBe(0);
    expect(new TokenFile(file).holder(secret)).toBeUndefined();
  });

  it.each([
    [['add', 'a', '--scope', 'root'], /no such scope.*read, write, approve/],
    [['add', 'a', '--services', 'pihole,toaster'], /toaster: no such service/],
    [['add', 'oidc:root'], /a name is letters/],
    [['add'], /whose\?/],
    [['revoke', 'nobody'], /No token "nobody".*node \S*lares\.js token list/],
    [['rotate', 'x'], /no such action/],
  ])('refuses %j and says what it takes', async (args, words) => {
    const { code, err } = await lares(folder(), 'token', ...args);
    expect([code, err]).toEqual([2, expect.stringMatching(words)]);
  });

  it('does not give a name twice', async () => {
    const state = folder();
    await lares(state, 'token', 'add', 'a');
    expect((await lares(state, 'token', 'add', 'a')).err).toMatch(/There is a token a already/);
  });

  it('a network without authentication is refused by the program with the command that fixes it', async () => {
    const { code, err } = await lares(
      folder(),
      'serve',
      '--http',
      '--host',
      '0.0.0.0',
      '--port',
      '0',
    );
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(
        /Listening on 0\.0\.0\.0 without authentication.*lares token add laptop --scope read/,
      ),
    ]);
  });
});
