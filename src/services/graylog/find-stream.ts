import { InputError } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import type { Graylog } from './client.ts';
import type { Stream } from './schema/streams.ts';
import { streamFix } from './rights.ts';

/** The one stream a caller means: by id, or by title whatever its case. */
export async function streamOf(graylog: Graylog, wanted: string): Promise<Stream> {
  const streams = await graylog.streams();
  const same = streams.filter(
    ({ id, title }) => id === wanted || title.toLowerCase() === wanted.trim().toLowerCase(),
  );
  if (same[0] && same.length === 1) return same[0];
  if (same.length > 1)
    throw new InputError(`${same.length} streams are called ${JSON.stringify(wanted)}`, {
      hint: `Give an id: ${same.map(({ id }) => id).join(', ')}`,
    });
  if (streams.length === 0)
    throw new InputError('No stream is shared with this user', { hint: streamFix });
  const near =
    streams.find(({ title }) => title.toLowerCase().includes(wanted.trim().toLowerCase()))?.title ??
    nearest(
      wanted,
      streams.map(({ title }) => title),
    );
  throw new InputError(`No stream ${JSON.stringify(wanted)} that this user may read`, {
    hint: near
      ? `Did you mean ${JSON.stringify(near)}?`
      : `One of: ${streams
          .slice(0, 15)
          .map(({ title }) => title)
          .join(', ')}`,
  });
}
