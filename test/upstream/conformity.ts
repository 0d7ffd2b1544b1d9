import { accepts, child, type Form, typeOf, typesOf } from './form.ts';

/** What of a value its upstream does not have so: `data[].cpu: string instead of number`. */
export interface Complaint {
  path: string;
  problem: string;
}

/** Every difference between a value and a form, each once, list positions left out. */
export function complaints(value: unknown, expected: Form, path = ''): Complaint[] {
  const types = typesOf(expected);
  if (types.has('any')) return [];
  const type = typeOf(value);
  if (!accepts(types, type))
    return [{ path, problem: `${type} instead of ${[...types].sort().join('|')}` }];
  const found = Array.isArray(value)
    ? value.flatMap((one) =>
        expected.items
          ? complaints(one, expected.items, `${path}[]`)
          : [{ path: `${path}[]`, problem: 'unknown' }],
      )
    : type === 'object'
      ? inside(value as object, expected, path)
      : [];
  return [...new Map(found.map((one) => [`${one.path}: ${one.problem}`, one])).values()];
}

function inside(value: object, expected: Form, path: string): Complaint[] {
  const at = (key: string): string => (path ? `${path}.${key}` : key);
  const missing = [...expected.fields]
    .filter(([key, { optional }]) => !optional && !(key in value))
    .map(([key]) => ({ path: at(key), problem: 'missing' }));
  const wrong = Object.entries(value).flatMap(([key, one]) => {
    const known = child(expected, key);
    if (!known) return [{ path: at(key), problem: 'unknown' }];
    return complaints(one, known, at(known === expected.rest ? '*' : key));
  });
  return [...missing, ...wrong];
}
