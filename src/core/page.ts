import * as z from 'zod';
import { InputError } from './base/errors.ts';

/** What a list takes: how many rows, and where to go on. */
export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

/** What a list says of its rows: how many there are, shown or not, and the cursor that goes on. */
export interface PageResult {
  total: number;
  next?: string | undefined;
}

/** Fields of the input of a list. */
export const pageInput = ({ max = 500, fallback = 50 } = {}) => ({
  limit: z.int().min(1).max(max).default(fallback).describe(`Rows (${fallback})`),
  cursor: z.string().min(1).optional().describe('From next'),
});

/** Fields of the output of a list, beside its rows. */
export const pageOutput = {
  total: z.int().describe('All, shown or not'),
  next: z.string().optional().describe('cursor of the next page'),
};

/** The page of a list that is at hand whole: rows are counted from the start, so a list that changes between two pages may show one twice. Throws an InputError for a cursor that no page gave. */
export function page<Row>(
  rows: readonly Row[],
  { limit, cursor }: PageRequest,
): { rows: Row[] } & PageResult {
  const start = offsetOf(cursor);
  const shown = rows.slice(start, start + limit);
  const end = start + shown.length;
  return {
    rows: shown,
    total: rows.length,
    ...(shown.length > 0 && end < rows.length && { next: String(end) }),
  };
}

/** How many rows the pages before had, where a cursor counts rows. Throws an InputError for a cursor that no page gave. */
export function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const offset = /^\d{1,9}$/.test(cursor) ? Number(cursor) : undefined;
  if (offset === undefined) throw strangeCursor(cursor);
  return offset;
}

const strangeCursor = (cursor: string): InputError =>
  new InputError(`${JSON.stringify(cursor.slice(0, 80))} is no cursor of this list`, {
    hint: 'Pass `next` of the page before as it is, or no cursor for the first page.',
  });

/** A page that did not fit into one answer, and where in it the next one goes on. */
interface Position {
  /** The cursor of the page, as the tool itself made it; undefined for the first. */
  cursor: string | undefined;
  /** Rows of the page that were shown already. */
  skip: number;
  /** The limit it was made with: with another one it would be another page. */
  limit: number;
}

/** Reads a cursor that may point into the middle of a page. Every tool gets its own cursors back, whatever they look like. */
export function positionOf({ limit, cursor }: PageRequest): Position {
  const [, own = '', skip, pageLimit] = /^(.*)~(\d{1,6})~(\d{1,6})$/s.exec(cursor ?? '') ?? [];
  if (skip === undefined) return { cursor, skip: 0, limit };
  return { cursor: own || undefined, skip: Number(skip), limit: Number(pageLimit) };
}

/** The cursor that goes on in the middle of a page, after `shown` further rows of it. */
export const cursorWithin = ({ cursor = '', skip, limit }: Position, shown: number): string =>
  `${cursor}~${skip + shown}~${limit}`;
