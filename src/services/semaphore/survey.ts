import { InputError } from '../../core/base/errors.ts';
import type { SurveyVar, Template } from './schema/index.ts';

/** By name. */
export type Answers = Record<string, string | number>;

/** The variables a run is started with, and which of them are the template's defaults. */
export interface Survey {
  answers: Answers;
  defaulted: string[];
}

/** Checks `name=value` pairs against the template's survey and adds its defaults: Semaphore does neither for runs over the API (semaphoreui/semaphore#4101). Throws an InputError that names every problem. */
export function surveyOf({ survey, name }: Template, pairs: readonly string[]): Survey {
  const odd = pairs.filter((pair) => !/^[^=\s]+=/.test(pair));
  if (odd.length > 0)
    throw new InputError(`variables: ${odd.join(', ')} is not like name=value`, {
      hint: 'Nothing was sent.',
    });
  const values = new Map(
    pairs.map((pair) => [
      pair.slice(0, pair.indexOf('=')).trim(),
      pair.slice(pair.indexOf('=') + 1),
    ]),
  );
  const unknown = [...values.keys()].filter(
    (key) => !survey.some((variable) => variable.name === key),
  );
  const problems = [
    ...unknown.map((key) => `${key} is no survey variable of ${name}`),
    ...survey.flatMap((variable) => problemOf(variable, values.get(variable.name)) ?? []),
  ];
  if (problems.length > 0)
    throw new InputError(problems.join('; '), {
      hint: `Nothing was sent. ${survey.length === 0 ? 'The template asks no variables.' : `It asks: ${survey.map(describeVariable).join('; ')}.`}`,
    });
  const defaulted = survey.filter(
    (variable) =>
      !values.has(variable.name) &&
      variable.type !== 'secret' &&
      variable.defaultValue !== undefined,
  );
  const answers = survey.flatMap((variable) => {
    const value =
      values.get(variable.name) ??
      (defaulted.includes(variable) ? variable.defaultValue : undefined);
    return value === undefined
      ? []
      : [[variable.name, variable.type === 'int' ? Number(value) : value] as const];
  });
  return {
    answers: Object.fromEntries(answers),
    defaulted: defaulted.map((variable) => `${variable.name}=${variable.defaultValue}`),
  };
}

function problemOf(variable: SurveyVar, value: string | undefined): string | undefined {
  const { name, type, required, values, defaultValue } = variable;
  if (type === 'secret' && value !== undefined)
    return `${name} is secret, and Lares passes no secrets on: put it into the template's variable group`;
  if (type === 'secret' && required)
    return `${name} is required and secret, so this template can only be run in Semaphore itself`;
  if (value === undefined)
    return required && defaultValue === undefined ? `${name} is required` : undefined;
  if (required && value === '') return `${name} is required and may not be empty`;
  if (type === 'int' && !/^-?\d+$/.test(value)) return `${name} must be a whole number`;
  if (type === 'int' && String(Number(value)) !== value)
    return `${name} would be sent as ${Number(value)}: no leading zeros, and at most ${Number.MAX_SAFE_INTEGER}`;
  if (type === 'enum' && !values.includes(value))
    return `${name} must be one of ${values.join(', ')}`;
  return undefined;
}

/** `name (type) required` or `name (a|b) default a`. */
export const describeVariable = ({
  name,
  type,
  required,
  values,
  defaultValue,
}: SurveyVar): string =>
  [
    name,
    type === 'enum' ? `(${values.join('|')})` : type && `(${type})`,
    required && defaultValue === undefined && 'required',
    defaultValue !== undefined && `default ${defaultValue}`,
  ]
    .filter(Boolean)
    .join(' ');
