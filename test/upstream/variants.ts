import { child, type Form, typesOf } from './form.ts';

/** An answer with one thing changed that its upstream may change. */
export interface Variant {
  at: string;
  change: 'missing' | 'null';
  answer: unknown;
}

/** The same answer with each field gone that may be missing and null where null may stand, one at a time. Of a list its first element is changed. */
export function variants(answer: unknown, known: Form, path = ''): Variant[] {
  const nullable: Variant[] =
    answer !== null && typesOf(known).has('null')
      ? [{ at: path, change: 'null', answer: null }]
      : [];
  if (Array.isArray(answer)) {
    const [first, ...others] = answer as unknown[];
    return [
      ...nullable,
      ...(answer.length > 0 && known.items
        ? variants(first, known.items, `${path}[]`).map((one) => ({
            ...one,
            answer: [one.answer, ...others],
          }))
        : []),
    ];
  }
  if (typeof answer !== 'object' || answer === null) return nullable;
  const inside = Object.entries(answer).flatMap(([key, value]): Variant[] => {
    const here = child(known, key);
    const at = path ? `${path}.${key}` : key;
    const { [key]: _, ...without } = answer as Record<string, unknown>;
    const gone: Variant[] =
      known.fields.get(key)?.optional === true ? [{ at, change: 'missing', answer: without }] : [];
    return [
      ...gone,
      ...(here
        ? variants(value, here, at).map((one) => ({
            ...one,
            answer: { ...answer, [key]: one.answer },
          }))
        : []),
    ];
  });
  return [...nullable, ...inside];
}
