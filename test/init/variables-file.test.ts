import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { blockOf, quotedValue } from '../../src/cli/init/entry.ts';
import { rename, requireOwn } from '../../src/cli/init/place.ts';
import { VariablesFile, type Block } from '../../src/cli/init/variables-file.ts';
import { parseEnvFile } from '../../src/core/config/env-file.ts';
import { prometheus } from '../../src/services/prometheus/index.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
  path = join(folder, 'conf', 'lares.env');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const block = (lines: string[], instance = 'default'): Block => ({
  service: 'prometheus',
  instance,
  lines,
  unfinished: false,
});
const text = (): string => readFileSync(path, 'utf8');
function write(content: string, mode = 0o600): void {
  path = join(folder, 'own.env');
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
}
function save(change: (file: VariablesFile) => void): boolean {
  const file = VariablesFile.open(path);
  change(file);
  return file.save();
}

describe('the file of variables', () => {
  it('is made with its folder, for its owner alone, and read back', () => {
    expect(save((file) => file.put(block(['PROMETHEUS_URL=http://a'])))).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'conf')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'conf'))).toEqual(['lares.env']);
    expect(VariablesFile.open(path).env).toEqual({ PROMETHEUS_URL: 'http://a' });
  });

  it('written again with the same in it is not touched', () => {
    save((file) => file.put(block(['PROMETHEUS_URL=http://a'])));
    const { mtimeMs, ino } = statSync(path);
    expect(save((file) => file.put(block(['PROMETHEUS_URL=http://a'])))).toBe(false);
    expect([statSync(path).mtimeMs, statSync(path).ino]).toEqual([mtimeMs, ino]);
  });

  it.each([
    ['# mine\nN8N_URL = "http://n8n"  # yes\n\n\n'],
    ['N8N_URL=http://n8n'],
    ['\r\n# of Windows\r\nN8N_URL=http://n8n\r\n'],
    ["\ufeffN8N_API_KEY='two\nlines'\n"],
    [''],
  ])('keeps every byte that it did not write: %j', (own) => {
    write(own);
    save((file) => file.put(block(['PROMETHEUS_URL=http://a'])));
    expect(text().startsWith(own)).toBe(true);
    const first = text();
    save((file) => file.put(block(['PROMETHEUS_URL=http://b'])));
    expect(text().startsWith(own)).toBe(true);
    expect(text()).not.toContain('http://a');
    save((file) => file.put(block(['PROMETHEUS_URL=http://a'])));
    expect(text()).toBe(first);
    const taken = VariablesFile.open(path).env;
    expect(taken['PROMETHEUS_URL']).toBe('http://a');
  });

  it('what stands around and between blocks stays when one of them changes', () => {
    save((file) => {
      file.put(block(['PROMETHEUS_A_URL=http://a'], 'a'));
      file.put(block(['PROMETHEUS_B_URL=http://b'], 'b'));
    });
    writeFileSync(
      path,
      `${text().replace('# <<< lares init: prometheus a\n', '# <<< lares init: prometheus a\nLARES_WRITES=off\n')}# end\n`,
    );
    save((file) => file.put(block(['PROMETHEUS_A_URL=http://c'], 'a')));
    expect(VariablesFile.open(path).env).toEqual({
      PROMETHEUS_A_URL: 'http://c',
      PROMETHEUS_B_URL: 'http://b',
      LARES_WRITES: 'off',
    });
    expect(text().endsWith('# end\n')).toBe(true);
  });

  it('a block that somebody changed is known, and kept as it is', () => {
    save((file) => file.put(block(['PROMETHEUS_URL=http://a'])));
    writeFileSync(path, text().replace('http://a', 'http://mine'));
    const edited = text();
    expect(() => requireOwn(VariablesFile.open(path), prometheus, 'default')).toThrow(
      /changed by hand/,
    );
    expect(save((file) => file.put(block(['PROMETHEUS_B_URL=http://b'], 'b')))).toBe(true);
    expect(text().startsWith(edited)).toBe(true);
  });

  it('variables outside of the marks are somebody else’s', () => {
    write('PROMETHEUS_PASSWORD_FILE=/run/secret\n');
    expect(() => requireOwn(VariablesFile.open(path), prometheus, 'default')).toThrow(
      /PROMETHEUS_PASSWORD stands in .*did not write it/,
    );
    expect(() => requireOwn(VariablesFile.open(path), prometheus, 'home')).not.toThrow();
  });

  it.each([0o640, 0o604, 0o622, 0o644])('one with mode %o is refused', (mode) => {
    write('A=1\n', mode);
    expect(() => VariablesFile.open(path)).toThrow(/can be read by others.*|chmod 600/);
  });

  it.each<[string, string, RegExp]>([
    ['a line that is none', 'A=1\nnonsense\n', /own\.env:2: not an assignment/],
    [
      'a mark without an end',
      '# >>> lares init: n8n default abc\nN8N_URL=x\n',
      /:1: the end of this part is missing/,
    ],
  ])('%s: nothing is changed before it is mended', (_, content, words) => {
    write(content);
    expect(() => VariablesFile.open(path)).toThrow(words);
    expect(text()).toBe(content);
  });

  it('no text, and no file, are said to be so', () => {
    write('');
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x41, 0x00]));
    expect(() => VariablesFile.open(path)).toThrow(/is not text in UTF-8/);
    expect(() => VariablesFile.open(folder)).toThrow(/is no file/);
  });

  it('changed by somebody else meanwhile: their words stay', () => {
    write('A=1\n');
    const file = VariablesFile.open(path);
    file.put(block(['PROMETHEUS_URL=http://a']));
    writeFileSync(path, 'A=2\n');
    expect(() => file.save()).toThrow(/was changed meanwhile/);
    expect(text()).toBe('A=2\n');
  });

  it('through a link the file behind it is written, and the link stays', () => {
    write('A=1\n');
    const link = join(folder, 'link.env');
    symlinkSync(path, link);
    const file = VariablesFile.open(link);
    file.put(block(['PROMETHEUS_URL=http://a']));
    file.save();
    expect(text()).toContain('PROMETHEUS_URL=http://a');
  });

  it('an unfinished block counts for nothing', () => {
    const entry = {
      service: prometheus,
      instance: 'default',
      values: new Map([['url', 'http://a']]),
    };
    save((file) => file.put(blockOf(entry, true)));
    expect(text()).toContain('# PROMETHEUS_URL=http://a');
    expect(VariablesFile.open(path).env).toEqual({});
  });

  it('the only one gets a name, and what holds for the service keeps none', () => {
    save((file) =>
      file.put(block(['# Prometheus', 'PROMETHEUS_URL=http://a', 'PROMETHEUS_WITHOUT=alerts'])),
    );
    save((file) => rename(file, prometheus, 'home'));
    expect(VariablesFile.open(path).env).toEqual({
      PROMETHEUS_HOME_URL: 'http://a',
      PROMETHEUS_WITHOUT: 'alerts',
    });
  });
});

it('every value that a variable may hold is read back the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      fc.pre(!/[\p{Cc}\u2028\u2029]/u.test(value));
      const { assignments, problems } = parseEnvFile(`A=${quotedValue(value)}`, 'x');
      expect(problems).toEqual([]);
      expect(assignments).toEqual([{ name: 'A', value }]);
    }),
  );
});
