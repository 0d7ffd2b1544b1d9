import type { Gap } from '../../core/gap.ts';
import type { Page, Part } from './client.ts';
import { gapsIn, permitted } from './permitted.ts';

/** One list of several that are shown as one, in its words. */
export interface Source<Row> {
  what: string;
  /** The rows of this part, and how many there are. */
  ask(part: Part): Promise<Page<Row>>;
  /** Whether a failure means that the list has no such rows. */
  isEmpty?(error: Error): boolean;
}

/** The rows from `offset` on of lists that stand behind each other, which know their own lengths. */
export async function joinedPage<Row>(
  sources: readonly Source<Row>[],
  { offset, limit }: { offset: number; limit: number },
): Promise<Page<Row> & { gaps: Gap[] }> {
  // The first page needs no lengths: all lists are asked at once, and what is too much is left out.
  const first = await permitted(sources.map(({ ask }) => ask(offset === 0 ? limit : 1)));
  const lists = first.flatMap((answer, i) => {
    const source = sources[i];
    return 'value' in answer && source ? [{ source, page: answer.value }] : [];
  });
  const total = lists.reduce((sum, { page }) => sum + page.total, 0);
  const gaps = gapsIn(
    first.map((answer, i) =>
      'error' in answer && sources[i]?.isEmpty?.(answer.error) ? { value: undefined } : answer,
    ),
    sources.map(({ what }) => what),
  );
  if (offset === 0)
    return { rows: lists.flatMap(({ page }) => page.rows).slice(0, limit), total, gaps };
  const rows: Row[] = [];
  let before = 0;
  for (const { source, page } of lists) {
    const skipped = Math.max(0, offset - before);
    before += page.total;
    if (skipped >= page.total || rows.length >= limit) continue;
    rows.push(...(await source.ask({ offset: skipped, limit: limit - rows.length })).rows);
  }
  return { rows, total, gaps };
}
