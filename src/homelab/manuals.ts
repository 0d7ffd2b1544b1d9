import { readFile } from 'node:fs/promises';
import type { Runtime, ConfiguredService } from '../core/runtime.ts';
import { InputError } from '../core/base/errors.ts';

/** A page beside the code of a service, which the build copies beside the program; undefined where there is none. */
async function pageOf(
  { service }: ConfiguredService,
  file: 'README.md' | 'pitfalls.md',
): Promise<string | undefined> {
  try {
    return await readFile(new URL(`../services/${service.id}/${file}`, import.meta.url), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What the project itself wrote about one service, configured or not: how its credentials are made stands there. Throws an InputError for one that there is not, or that this caller does not see. */
export async function manualOf(
  { services }: Pick<Runtime, 'services'>,
  service: string,
): Promise<string> {
  const configured = services.find((candidate) => candidate.service.id === service);
  const text = configured && (await pageOf(configured, 'README.md'));
  if (text === undefined)
    throw new InputError(`No manual of ${JSON.stringify(service)}`, {
      hint: `There are those of: ${services.map((candidate) => candidate.service.id).join(', ')}`,
    });
  return text;
}

/** Traps, by the heading that says for which versions they are. */
export interface Trap {
  versions: string;
  text: string;
}

/** The traps of one service, as its pitfalls.md has them under headings of the second level. */
export async function trapsOf(configured: ConfiguredService): Promise<Trap[]> {
  const text = (await pageOf(configured, 'pitfalls.md')) ?? '';
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [versions = '', ...rest] = section.split('\n');
      return { versions: versions.trim(), text: rest.join('\n').trim() };
    });
}

/** Whether a heading means a version: `Every version`, `Before 6.3`, `From 6.0` or `From 6.0, before 6.3`. Throws for any other heading, which a test finds. */
export function isFor(versions: string, running: string): boolean {
  if (versions === 'Every version') return true;
  const [, from, before] =
    /^(?:From ([\d.]+))?(?:, )?(?:[Bb]efore ([\d.]+))?$/.exec(versions) ?? [];
  if (from === undefined && before === undefined)
    throw new Error(`a heading of pitfalls.md says ${JSON.stringify(versions)}`);
  return (
    (from === undefined || compare(running, from) >= 0) &&
    (before === undefined || compare(running, before) < 0)
  );
}

/** As many parts as the shorter one has: 6 is in 6.3. */
function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number)) as [
    number[],
    number[],
  ];
  for (let i = 0; i < right.length; i++)
    if ((left[i] ?? 0) !== right[i]) return (left[i] ?? 0) - (right[i] ?? 0);
  return 0;
}

/** Every version in a text like `6.4.1 (dns2: 6.3)`. */
export const versionsIn = (text: string | undefined): string[] =>
  text?.match(/\d+(?:\.\d+)+/g) ?? [];
