import { InputError } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import type { Workflow } from './schema/index.ts';

/** The workflow meant by an id, a name in any case, or a part of a name that only one has. */
export function findWorkflow(wanted: string, workflows: readonly Workflow[]): Workflow {
  const called = (test: (name: string) => boolean): Workflow[] =>
    workflows.filter(({ name }) => test(name.toLowerCase()));
  const text = wanted.toLowerCase();
  const byId = workflows.find(({ id }) => id === wanted);
  if (byId) return byId;
  const exact = called((name) => name === text);
  const found = exact.length > 0 ? exact : called((name) => name.includes(text));
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  const candidates = found
    .slice(0, 10)
    .map(({ name, id }) => `${name} (${id})`)
    .join(', ');
  if (only)
    throw new InputError(`Several workflows are called like ${JSON.stringify(wanted)}`, {
      hint: `Give the id: ${candidates}`,
    });
  const near = nearest(
    wanted,
    workflows.map(({ name }) => name),
  );
  throw new InputError(
    `No workflow ${JSON.stringify(wanted)} among the ${workflows.length} this key may see`,
    { hint: near ? `Did you mean ${near}?` : 'n8n_list_workflows lists them.' },
  );
}
