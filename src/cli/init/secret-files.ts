import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ConfigError } from '../../core/base/errors.ts';
import { isSecretField, variableFor, type Entry } from './entry.ts';
import type { VariablesFile } from './variables-file.ts';

/** Puts each secret of an entry into a file of its own that its owner alone can read. Returns the entry that names the files instead. Throws a ConfigError for a file that something else put there. */
export function withSecretFiles(entry: Entry, folder: string, file: VariablesFile): Entry {
  const { service, instance } = entry;
  const values = new Map<string, string>();
  for (const [field, value] of entry.values) {
    if (!isSecretField(service, field)) {
      values.set(field, value);
      continue;
    }
    const path = join(folder, variableFor(service, instance, field));
    const isOwn = file.env[`${variableFor(service, instance, field)}_FILE`] === path;
    writeSecret(path, value, isOwn);
    values.set(`${field}_file`, namedFrom(dirname(file.path), path));
  }
  return { ...entry, values };
}

/** Beside the file of variables it can move along with it. */
function namedFrom(folder: string, path: string): string {
  const near = relative(folder, path);
  return near.startsWith('..') ? path : near;
}

function writeSecret(path: string, secret: string, isOwn: boolean): void {
  const text = `${secret}\n`;
  if (statSync(path, { throwIfNoEntry: false })) {
    if (readFileSync(path, 'utf8') === text) return chmodSync(path, 0o600);
    if (!isOwn)
      throw new ConfigError(`${path} is there already, and \`lares init\` did not write it`, {
        hint: 'Move it away, or give another folder with --secret-files.',
      });
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
}
