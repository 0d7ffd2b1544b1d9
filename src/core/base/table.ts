import { oneLine } from './text.ts';

/** Columns of what people call things. */
const ofNames =
  /^(?:name|title|guest|workflow|template|project|inventory|stream|label|group|user|asked by)$/;
const longestName = 40;

/** Names of a column, cut where one goes on like a sentence: that is more likely meant to be obeyed than to be read. Not where two would look the same then, and not what has no blanks, as the names of hosts. */
function shortNames(cells: readonly string[]): string[] {
  const short = cells.map((cell) =>
    cell.length > longestName && cell.includes(' ') ? `${cell.slice(0, longestName)}…` : cell,
  );
  return new Set(short).size === new Set(cells).size ? short : [...cells];
}

/** Columns that there are for a line; without end wherever nobody looks at a terminal. */
let terminalWidth = Infinity;

/** From now on tables are no wider than that: for a command in a terminal, where wider ones break in the middle of words. */
export function fitTables(width: number): void {
  terminalWidth = width;
}

const narrowest = 6;
const gap = 2;

/** The widths of columns that fit together: the widest give way first. */
function fittingWidths(widths: readonly number[]): number[] {
  const fitting = [...widths];
  let excess = gap * (fitting.length - 1) - terminalWidth;
  for (const width of fitting) excess += width;
  while (excess > 0) {
    const widest = Math.max(...fitting);
    if (widest <= narrowest) break;
    const second = Math.max(narrowest, ...fitting.filter((width) => width < widest));
    const at = fitting.indexOf(widest);
    const less = Math.min(excess, Math.max(1, widest - second));
    fitting[at] = widest - less;
    excess -= less;
  }
  return fitting;
}

/** A compact table: a header line, then a line a row. Empty cells are `-`, so that nothing missing looks like zero; longer ones than `widest` are cut. */
export function table<Row extends object>(
  rows: readonly Row[],
  columns: Readonly<Record<string, (row: Row) => string | number | undefined>>,
  widest = 120,
): string {
  if (rows.length === 0) return '';
  const names = Object.keys(columns);
  const byColumn = names.map((name) => {
    const cells = rows.map((row) => oneLine(String(columns[name]?.(row) ?? '') || '-', widest));
    return ofNames.test(name) ? shortNames(cells) : cells;
  });
  const cells = rows.map((_, i) => byColumn.map((column) => column[i] ?? '-'));
  const widths = fittingWidths(
    names.map((name, i) => {
      let width = name.length;
      for (const row of cells) width = Math.max(width, row[i]?.length ?? 0);
      return width;
    }),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        const short = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell;
        return i === row.length - 1 ? short : short.padEnd(width);
      })
      .join(' '.repeat(gap));
  return [line(names), ...cells.map(line)].join('\n');
}

/** Paragraphs of an answer; what is empty or undefined is left out. */
export const lines = (...parts: readonly (string | undefined | false)[]): string =>
  parts.filter((part) => part).join('\n');

/** The first rows of a list, and how long the whole is. */
export interface Cut<Row> {
  rows: Row[];
  /** How many there are, shown or not. */
  total: number;
}

/** The first `limit` rows; what was left out is said with `omitted`. */
export const cut = <Row>(rows: readonly Row[], limit: number): Cut<Row> => ({
  rows: rows.slice(0, limit),
  total: rows.length,
});

/** What a list left out and how to see it; nothing when it is whole. */
export const omitted = (shown: number, total: number, narrow: string): string =>
  total > shown ? `${total - shown} more not shown: ${narrow}, or raise limit.` : '';
