import * as z from 'zod';
import { Epoch, maybe, Size } from './envelope.ts';

const GcCounters = z.object({
  'index-data-bytes': Size,
  'disk-bytes': Size,
  'pending-bytes': Size,
  'removed-bytes': Size,
  'index-file-count': maybe(z.number()),
});

/** A row of `GET /status/datastore-usage`. Sizes are absent when it is not mounted, broken or not permitted. Times ms. */
export const Usage = z
  .object({
    store: z.string(),
    total: Size,
    used: Size,
    avail: Size,
    error: maybe(z.string()),
    'mount-status': maybe(z.string()),
    'backend-type': maybe(z.string()),
    'estimated-full-date': maybe(Epoch),
    'gc-status': maybe(GcCounters),
  })
  .transform((row) => ({
    store: row.store,
    totalBytes: row.total,
    usedBytes: row.used,
    availableBytes: row.avail,
    error: row.error,
    mount: row['mount-status'],
    backend: row['backend-type'],
    hasOutlook: true,
    fullAt: row['estimated-full-date'],
    dataBytes: row['gc-status']?.['index-data-bytes'],
    chunkBytes: row['gc-status']?.['disk-bytes'],
    indexFiles: row['gc-status']?.['index-file-count'],
  }));
export type Usage = z.output<typeof Usage>;

/** `GET /admin/datastore/{store}/status`: the sizes of one datastore alone. */
export const Sizes = z.object({ total: Size, used: Size, avail: Size }).transform((row) => ({
  totalBytes: row.total,
  usedBytes: row.used,
  availableBytes: row.avail,
}));

/** A property string: `read-only`, `offline,message=text` or `type=offline,message="text"`. */
function maintenanceOf(text: string): { mode: string; message: string | undefined } {
  const mode = /^(?:type=)?([^,=]+)/.exec(text)?.[1] ?? text;
  const message = /(?:^|,)message=(?:"((?:[^"\\]|\\.)*)"|(.*))$/.exec(text);
  return { mode, message: message?.[1]?.replace(/\\(.)/g, '$1') ?? message?.[2] };
}

/** A row of `GET /admin/datastore`. */
export const Datastore = z
  .object({
    store: z.string(),
    comment: maybe(z.string()),
    maintenance: maybe(z.string()),
    'mount-status': maybe(z.string()),
    'backend-type': maybe(z.string()),
  })
  .transform((row) => ({
    store: row.store,
    comment: row.comment || undefined,
    maintenance: row.maintenance === undefined ? undefined : maintenanceOf(row.maintenance),
    mount: row['mount-status'],
    backend: row['backend-type'],
  }));
export type Datastore = z.output<typeof Datastore>;

/** `GET …/namespace`: all of a datastore, the root as the empty string. */
export const Namespaces = z
  .array(z.object({ ns: z.string() }))
  .transform((rows) => rows.map(({ ns }) => ns));
