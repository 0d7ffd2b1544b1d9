import type { Fleet } from '../../core/fleet.ts';
import type { Gap } from '../../core/gap.ts';
import { instanceLabel } from '../../core/instances.ts';
import { offsetOf, type PageRequest, type PageResult } from '../../core/page.ts';
import type { Netbox, Page } from './client.ts';
import { joinedPage, type Source } from './joined-pages.ts';

interface Shown<Row> extends PageResult {
  rows: Row[];
  gaps?: Gap[];
}

/** One page over all instances, whose lists stand behind each other; a gap names its instance where there are several. */
export async function pageOver<Row extends object>(
  netbox: Fleet<Netbox>,
  { limit, cursor }: PageRequest,
  sourcesOf: (client: Netbox) => Source<Row>[] | Promise<Source<Row>[]>,
): Promise<Shown<Row & { instance: string | undefined }>> {
  const offset = offsetOf(cursor);
  const labelOf = instanceLabel(netbox);
  const answers = await netbox.all(async (client, instance) => {
    const sources = await sourcesOf(client);
    const label = labelOf(instance);
    // An instance that does not answer is partial, not a gap in the answers of the others.
    const size = await joinedPage(sources, { offset: 0, limit: offset === 0 ? limit : 1 });
    return { client, sources, label, size };
  });
  const rows: (Row & { instance: string | undefined })[] = [];
  let before = 0;
  for (const { value } of answers) {
    const skipped = Math.max(0, offset - before);
    before += value.size.total;
    if (skipped >= value.size.total || rows.length >= limit) continue;
    const part = await partOf(value, { offset: skipped, limit: limit - rows.length });
    rows.push(...part.map((row) => ({ ...row, instance: value.label })));
  }
  const gaps = answers.flatMap(({ value: { size, label } }) =>
    size.gaps.map((gap) => ({ ...gap, what: label ? `${gap.what} of ${label}` : gap.what })),
  );
  const end = offset + rows.length;
  return {
    rows,
    total: before,
    ...(rows.length > 0 && end < before && { next: String(end) }),
    ...(gaps.length > 0 && { gaps }),
  };
}

async function partOf<Row>(
  { sources, size }: { sources: Source<Row>[]; size: Page<Row> },
  part: { offset: number; limit: number },
): Promise<Row[]> {
  const known = size.rows.slice(part.offset, part.offset + part.limit);
  const wanted = Math.min(part.limit, size.total - part.offset);
  return known.length === wanted ? known : (await joinedPage(sources, part)).rows;
}
