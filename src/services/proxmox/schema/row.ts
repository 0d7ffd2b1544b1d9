/** A row as it came. */
export type Row = Readonly<Record<string, unknown>>;

/** Reads rows field by field and remembers the first that is not what it should be: ten thousand of them cost a schema as much as reading the JSON. */
export class RowReader {
  misfit: { field: string; expected: string } | undefined;

  optional(row: Row, field: string): string | undefined {
    const value = row[field];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : this.#missed(field, 'text');
  }

  text(row: Row, field: string): string {
    const value = row[field];
    return typeof value === 'string' ? value : (this.#missed(field, 'text') ?? '');
  }

  optionalNumber(row: Row, field: string): number | undefined {
    const value = row[field];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'number' ? value : this.#missed(field, 'a number');
  }

  number(row: Row, field: string): number {
    const value = row[field];
    return typeof value === 'number' ? value : (this.#missed(field, 'a number') ?? 0);
  }

  #missed(field: string, expected: string): undefined {
    this.misfit ??= { field, expected };
  }
}
