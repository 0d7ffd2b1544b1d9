import { InputError } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import type { Workflow } from './schema/index.ts';

/** The workflow meant by an id, a name in any case, or a part of a name that only one has; else an InputError with the candidates. */
export function findWorkflow(idOrName: string, workflows: readonly Workflow[]): Workflow {
  const byName = (test: (name: string) => boolean): Workflow[] =>
    workflows.filter(({ name }) => test(name.toLowerCase()));
  const text = idOrName.toLowerCase();
  const byId = workflows.find(({ id }) => id === idOrName);
  if (byId) return byId;
  const exact = byName((name) => name === text);
  const matches = exact.length > 0 ? exact : byName((name) => name.includes(text));
  const [only, ...others] = matches;
  if (only && others.length === 0) return only;
  const candidates = matches
    .slice(0, 10)
    .map(({ name, id }) => `${name} (${id})`)
    .join(', ');
  if (only)
    throw new InputError(`Several workflows are called like ${JSON.stringify(idOrName)}`, {
      hint: `Give the id: ${candidates}`,
    });
  const near = nearest(
    idOrName,
    workflows.map(({ name }) => name),
  );
  throw new InputError(
    `No workflow ${JSON.stringify(idOrName)} among the ${workflows.length} this key may see`,
    { hint: near ? `Did you mean ${near}?` : 'n8n_list_workflows lists them.' },
  );
}
