import * as z from 'zod';
import { InputError } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import type { Semaphore } from './client.ts';
import type { Project } from './schema/index.ts';

/** How a project, a template or an inventory is named by a caller: its id or its name. */
export type Name = string;
/** A number is taken too; on the wire it is a string, as a union would cost every client a dozen tokens an argument. */
const named = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().refine((name) => name.trim() !== '', 'must not be empty'),
);
export const ProjectName = named.optional().describe('Id or name');
export const TemplateName = named.describe('Id or name');
export const InventoryName = named.optional().describe('Other inventory');

interface Named {
  id: number;
  name: string;
}

/** `1 (Homelab), 2 (Dev boxes)`, as a hint lists them. */
export const candidates = (rows: readonly Named[]): string =>
  rows
    .slice(0, 20)
    .map(({ id, name }) => `${id} (${name})`)
    .join(', ') + (rows.length > 20 ? ` and ${rows.length - 20} more` : '');

/** All rows that `name` may mean. A number is an id, then a name; a name is met exactly, then without case. */
export function matching<T extends Named>(name: Name, rows: readonly T[]): T[] {
  const word = name.trim();
  const ways = [
    rows.filter(({ id }) => String(id) === word),
    rows.filter((row) => row.name === word),
    rows.filter((row) => row.name.toLowerCase() === word.toLowerCase()),
  ];
  return ways.find((group) => group.length > 0) ?? [];
}

/** The row meant by `name`; `what` is what such rows are called. Never guessed: an InputError with the candidates instead. */
export function byName<T extends Named>(what: string, name: Name, rows: readonly T[]): T {
  const word = name.trim();
  const matches = matching(name, rows);
  const [match] = matches;
  if (match && matches.length === 1) return match;
  if (match)
    throw new InputError(
      `${matches.length} ${what.replace(/y$/, 'ie')}s are called ${JSON.stringify(word)}`,
      { hint: `Give the id: ${candidates(matches)}.` },
    );
  throw new InputError(`No ${what} ${JSON.stringify(word)}`, { hint: suggestion(word, rows) });
}

function suggestion(word: string, rows: readonly Named[]): string {
  if (rows.length === 0) return 'There is none that the token may see.';
  const near = nearest(
    word.toLowerCase(),
    rows.map(({ name }) => name.toLowerCase()),
  );
  const similar = rows.find(({ name }) => name.toLowerCase() === near);
  return `${similar ? `Did you mean ${similar.id} (${similar.name})? ` : ''}There are: ${candidates(rows)}.`;
}

/** The projects meant: all of them when none is named. */
export async function projectsOf(client: Semaphore, name: Name | undefined): Promise<Project[]> {
  const projects = await client.projects();
  return name === undefined ? projects : [byName('project', name, projects)];
}
