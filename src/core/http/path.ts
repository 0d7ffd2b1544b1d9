import { InputError } from '../base/errors.ts';

declare const built: unique symbol;
/** A request path that only `` path`…` `` can make. */
export type Path = string & { readonly [built]: true };

/** Query parameters; `undefined` is left out, an array repeats its key. Booleans are spelled 1 and 0 only where a service asks so. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** Builds a path in which no value can leave its segment: each is encoded; empty, `.` and `..` are refused. */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): Path {
  return parts.reduce((text, part, i) => text + segment(values[i - 1]) + part) as Path;
}

/** `base` continued by any number of segments, each under the same rules. */
export const below = (base: Path, segments: readonly string[]): Path =>
  [base, ...segments.map(segment)].join('/') as Path;

function segment(value: string | number | undefined): string {
  const text = String(value ?? '');
  if (text === '' || text === '.' || text === '..' || !text.isWellFormed()) {
    throw new InputError(`${JSON.stringify(text)} cannot be part of a request path`, {
      hint: 'Nothing was sent. Give a plain name or number.',
    });
  }
  return encodeURIComponent(text);
}

/** The path with its query, percent-encoded throughout. */
export function withQuery(target: Path, query: Query | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [value]
          .flat()
          .map((item) => `${encodeURIComponent(key)}=${encodeURIComponent(String(item))}`),
  );
  return pairs.length === 0 ? target : `${target}?${pairs.join('&')}`;
}
