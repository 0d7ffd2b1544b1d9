import { chmodSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensurePrivateFolder } from '../../src/core/state/folder.ts';

describe('a state folder', () => {
  it('is made with everything above it, for its owner alone', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'a', 'b', 'c');
    expect(ensurePrivateFolder(folder)).toBe(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    chmodSync(folder, 0o750);
    expect(ensurePrivateFolder(folder)).toBe(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o750);
  });

  it.runIf(process.platform === 'linux')(
    'where none can be made is refused at once, and by name',
    () => {
      for (const folder of ['/proc/nope', '/proc/nope/deeper'])
        expect(() => ensurePrivateFolder(folder)).toThrow('/proc/nope cannot be made');
    },
  );
});
