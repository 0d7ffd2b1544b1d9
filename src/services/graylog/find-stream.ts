import { InputError } from '../../core/base/errors.ts';
import { nearest } from '../../core/base/nearest.ts';
import type { Graylog } from './client.ts';
import type { Stream } from './schema/index.ts';
import { streamFix } from './rights.ts';

/** The one stream a caller means: by id, or by title whatever its case. Throws an InputError that names what is near, or what there is. */
export async function findStream(graylog: Graylog, idOrTitle: string): Promise<Stream> {
  const streams = await graylog.streams();
  const lowerCase = idOrTitle.trim().toLowerCase();
  const matching = streams.filter(
    ({ id, title }) => id === idOrTitle || title.toLowerCase() === lowerCase,
  );
  if (matching[0] && matching.length === 1) return matching[0];
  if (matching.length > 1)
    throw new InputError(`${matching.length} streams are called ${JSON.stringify(idOrTitle)}`, {
      hint: `Give an id: ${matching.map(({ id }) => id).join(', ')}`,
    });
  if (streams.length === 0)
    throw new InputError('No stream is shared with this user', { hint: streamFix });
  const near =
    streams.find(({ title }) => title.toLowerCase().includes(lowerCase))?.title ??
    nearest(
      idOrTitle,
      streams.map(({ title }) => title),
    );
  throw new InputError(`No stream ${JSON.stringify(idOrTitle)} that this user may read`, {
    hint: near
      ? `Did you mean ${JSON.stringify(near)}?`
      : `One of: ${streams
          .slice(0, 15)
          .map(({ title }) => title)
          .join(', ')}`,
  });
}
