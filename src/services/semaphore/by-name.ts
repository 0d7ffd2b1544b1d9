import * as z from 'zod';
import { InputError } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import type { Semaphore } from './client.ts';
import type { Project, Template } from './schema/index.ts';

/** How a project, a template or an inventory is named by a caller: its id or its name. */
export type Name = string;
/** A number is taken too; on the wire it is a string, as a union would cost every client a dozen tokens an argument. */
const named = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().refine((name) => name.trim() !== '', 'must not be empty'),
);
export const ProjectName = named.optional().describe('Project id or name');
export const TemplateName = named.describe('Id or name');
export const InventoryName = named.optional().describe('Other inventory');

interface Thing {
  id: number;
  name: string;
}

const candidates = (all: readonly Thing[]): string =>
  all
    .slice(0, 20)
    .map(({ id, name }) => `${id} (${name})`)
    .join(', ') + (all.length > 20 ? ` and ${all.length - 20} more` : '');

/** The one thing meant. A number is an id, then a name; a name is met exactly, then without case. Never guessed: candidates instead. */
export function byName<T extends Thing>(what: string, wanted: Name, all: readonly T[]): T {
  const word = wanted.trim();
  const matches =
    [
      all.filter(({ id }) => String(id) === word),
      all.filter(({ name }) => name === word),
      all.filter(({ name }) => name.toLowerCase() === word.toLowerCase()),
    ].find((found) => found.length > 0) ?? [];
  const [match] = matches;
  if (match && matches.length === 1) return match;
  if (match)
    throw new InputError(
      `${matches.length} ${what.replace(/y$/, 'ie')}s are called ${JSON.stringify(word)}`,
      { hint: `Give the id: ${candidates(matches)}.` },
    );
  const near = nearest(
    word.toLowerCase(),
    all.map(({ name }) => name.toLowerCase()),
  );
  const meant = all.find(({ name }) => name.toLowerCase() === near);
  throw new InputError(`No ${what} ${JSON.stringify(word)}`, {
    hint:
      all.length === 0
        ? `There is none that the token may see.`
        : `${meant ? `Did you mean ${meant.id} (${meant.name})? ` : ''}There are: ${candidates(all)}.`,
  });
}

/** The project meant; the only one when none is named. */
export async function projectOf(one: Semaphore, wanted: Name | undefined): Promise<Project> {
  const all = await one.projects();
  if (wanted !== undefined) return byName('project', wanted, all);
  const [only] = all;
  if (only && all.length === 1) return only;
  if (all.length === 0)
    throw new InputError("The token's user is in no project", {
      hint: "Add it to a project's team in Semaphore; role Guest is enough to read.",
    });
  throw new InputError('Which project?', { hint: `Give project: ${candidates(all)}.` });
}

/** The projects meant: all of them when none is named. */
export const projectsOf = async (one: Semaphore, wanted: Name | undefined): Promise<Project[]> =>
  wanted === undefined ? one.projects() : [await projectOf(one, wanted)];

/** A template with everything in it: before 2.13 lists leave out the survey. */
export async function templateOf(
  one: Semaphore,
  project: Project,
  wanted: Name,
): Promise<{ template: Template; all: Template[] }> {
  const all = await one.templates(project.id);
  const { id } = byName('template', wanted, all);
  return { template: await one.template(project.id, id), all };
}
