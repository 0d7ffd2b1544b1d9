import { failed } from './problem.ts';

interface Parameter {
  kind: 'text' | 'integer' | 'boolean' | 'list';
  required?: boolean;
  pattern?: RegExp;
  values?: readonly string[];
}
export type Parameters = Readonly<Record<string, Parameter>>;

const safeId = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
export const text: Parameter = { kind: 'text' };
export const integer: Parameter = { kind: 'integer' };
export const boolean: Parameter = { kind: 'boolean' };
export const storeName: Parameter = { kind: 'text', pattern: safeId };
export const namespace: Parameter = {
  kind: 'text',
  pattern: /^(?:(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/){0,7}[A-Za-z0-9_][A-Za-z0-9._-]*)?$/,
};
export const oneOf = (...values: readonly string[]): Parameter => ({ kind: 'text', values });
export const several = (...values: readonly string[]): Parameter => ({ kind: 'list', values });

export interface Values {
  text(name: string): string | undefined;
  number(name: string, otherwise: number): number;
  flag(name: string): boolean;
  list(name: string): string[];
}

/** Checks the query against what is declared; unknown parameters are refused (proxmox-schema schema.rs). */
export function check(query: URLSearchParams, declared: Parameters): Values {
  const problems = [...new Set([...query.keys(), ...Object.keys(declared)])].flatMap((name) => {
    const wrong = problemOf(query.getAll(name), declared[name]);
    return wrong === undefined ? [] : [`'${name}': ${wrong}`];
  });
  if (problems.length === 1) throw failed(`parameter verification failed - ${problems[0]}`);
  if (problems.length > 1)
    throw failed(
      `parameter verification failed:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
  return {
    text: (name) => query.get(name) ?? undefined,
    number: (name, otherwise) => Number(query.get(name) ?? otherwise),
    flag: (name) => truths.includes(query.get(name) ?? ''),
    list: (name) => query.getAll(name),
  };
}

const truths = ['1', 'on', 'yes', 'true'];

function problemOf(given: readonly string[], parameter: Parameter | undefined): string | undefined {
  if (!parameter) return 'schema does not allow additional properties.';
  if (given.length === 0)
    return parameter.required ? 'parameter is missing and it is not optional.' : undefined;
  if (given.length > 1 && parameter.kind !== 'list') return 'duplicate parameter.';
  for (const value of given) {
    if (parameter.kind === 'integer' && !/^-?\d+$/.test(value))
      return 'invalid digit found in string';
    if (parameter.kind === 'boolean' && ![...truths, '0', 'off', 'no', 'false'].includes(value))
      return 'Unable to parse boolean option.';
    if (parameter.pattern && !parameter.pattern.test(value))
      return 'value does not match the regex pattern';
    if (parameter.values && !parameter.values.includes(value))
      return `value '${value}' is not defined in the enumeration.`;
  }
  return undefined;
}
