/** A row as it came; read by hand, since ten thousand of them cost a schema as much as reading the JSON. */
export type Row = Readonly<Record<string, unknown>>;

/** A field that is not what it should be. */
export class Misfit extends Error {
  readonly field: string;
  constructor(field: string, expected: string) {
    super(`expected ${expected}`);
    this.field = field;
  }
}

export function misfit(field: string, expected: string): never {
  throw new Misfit(field, expected);
}

export function optional(row: Row, field: string): string | undefined {
  const value = row[field];
  return value === undefined || typeof value === 'string' ? value : misfit(field, 'text');
}

export const text = (row: Row, field: string): string => optional(row, field) ?? misfit(field, 'text');

export function amount(row: Row, field: string): number | undefined {
  const value = row[field];
  return value === undefined || typeof value === 'number' ? value : misfit(field, 'a number');
}
