import { configureService, fieldsOf, type Env } from '../../core/config/env.ts';
import { gatherSettings } from '../../core/config/settings.ts';
import { InputError } from '../../core/base/errors.ts';
import type { Service } from '../../core/service.ts';
import { onlyInstance, variableFor } from './entry.ts';
import type { Block, VariablesFile } from './variables-file.ts';

/** An instance that the file holds already. */
export interface Present {
  instance: string;
  /** Undefined where it cannot be read. */
  url: string | undefined;
  /** `lares init` wrote it and may change it; otherwise it stands outside of its marks. */
  block: Block | undefined;
}

/** What the file holds of a service. */
export function presentIn(file: VariablesFile, service: Service): Present[] {
  const { targets } = configureService(service, file.env);
  const blocks = file.blocks.filter((block) => block.service === service.id && !block.unfinished);
  const names = new Set([...blocks.map(({ instance }) => instance), ...targets.keys()]);
  return [...names].map((instance) => ({
    instance,
    url: file.env[variableFor(service, instance, 'url')],
    block: blocks.find((block) => block.instance === instance),
  }));
}

/** Why a new instance cannot be called so; undefined: it can. */
export function problemWithName(
  service: Service,
  name: string,
  present: readonly Present[],
): string | undefined {
  if (!/^[a-z][a-z0-9]*$/.test(name)) return 'Lower case letters and digits, a letter first';
  if (name === onlyInstance) return `"${onlyInstance}" is what the only one is called`;
  if (present.some(({ instance }) => instance === name)) return 'There is one of that name';
  const probe: Env = { [variableFor(service, name, 'url')]: 'http://example.net' };
  return gatherSettings(service, probe).instances.has(name)
    ? undefined
    : 'That would read as another variable: choose another name';
}

/** Gives the only instance a name, so that there can be others. Throws an InputError where `lares init` did not write it. */
export function rename(file: VariablesFile, service: Service, name: string): void {
  const [from, to] = [onlyInstance, name].map((instance) => variableFor(service, instance, ''));
  const block = file.block(service.id, onlyInstance);
  if (!block || block.edited || from === undefined || to === undefined)
    throw new InputError(
      `The ${service.title} that is there already has no name, and \`lares init\` did not write it`,
      {
        hint: `Give its variables a name first: ${to}URL instead of ${from}URL in ${file.path}, and the others alike.`,
      },
    );
  const shared = new Set(['WRITES', 'WITHOUT'].map((field) => from + field));
  const lines = block.lines.map((line) => {
    const [, variable = ''] = /^(\w+)=/.exec(line) ?? [];
    if (!variable.startsWith(from) || shared.has(variable))
      return line === `# ${service.title}` ? `${line}, ${name}` : line;
    return to + line.slice(from.length);
  });
  file.remove(service.id, onlyInstance);
  file.put({ service: service.id, instance: name, lines, unfinished: false });
}

/** Throws an InputError where variables of an instance stand outside of the marks, or were changed inside of them: they are not overwritten. */
export function requireOwn(file: VariablesFile, service: Service, instance: string): void {
  const prefix = variableFor(service, instance, '');
  const block = file.block(service.id, instance);
  if (block?.edited)
    throw new InputError(`${prefix}… in ${file.path} were changed by hand`, {
      hint: 'They are left alone. Take that part out of the file to have it made anew.',
    });
  const names = fieldsOf(service)
    .own.filter(({ name, required, secret }) => name === 'url' || required || secret)
    .map(({ name }) => variableFor(service, instance, name));
  const taken = names.find((name) => file.own.has(name) || file.own.has(`${name}_FILE`));
  if (taken !== undefined)
    throw new InputError(`${taken} stands in ${file.path}, and \`lares init\` did not write it`, {
      hint: 'It is left alone. Take it out there to have it made anew, or give another file with --env.',
    });
}
