import { page, type PageRequest, type PageResult } from '../../../core/page.ts';

/** Single backups of one page: they are long rows. */
const maxSnapshots = 100;

/** The groups page by page, and after the last of them the rest of the single backups: a cursor like `s100` is a place among those. */
export function pagesOf<Group, Single>(
  listed: readonly Group[],
  singles: readonly Single[],
  { limit, cursor }: PageRequest,
): { groups: Group[]; snapshots: Single[] } & PageResult {
  const start = /^s(\d{1,9})$/.exec(cursor ?? '')?.[1];
  const { rows, next, total } =
    start === undefined
      ? page(listed, { limit, cursor })
      : { rows: [], next: undefined, total: listed.length };
  const shown = page(singles, { limit: Math.min(limit, maxSnapshots), cursor: start });
  const following = next ?? (shown.next === undefined ? undefined : `s${shown.next}`);
  return {
    groups: rows,
    snapshots: shown.rows,
    total,
    ...(following !== undefined && { next: following }),
  };
}
