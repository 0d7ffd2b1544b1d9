import { InputError } from '../../core/base/errors.ts';

/**
 * Where the next page of a search begins: what lies in [from, to) (ms), without the newest `skip` messages of each instance. A time
 * alone is no place: whole seconds are what many senders write, and more messages than a page holds may share one.
 */
export interface Place {
  from: number;
  to: number;
  /** In the order of the instances. */
  skip: readonly number[];
}

/** A message that was shown: where it came from, and its time (ms; NaN without one). */
export interface Shown {
  instance: number;
  at: number;
}

const code = (n: number): string => n.toString(36);

export const placeToCursor = ({ from, to, skip }: Place): string =>
  [from, to, ...skip].map(code).join('.');

/** Throws an InputError for what no earlier answer gave out. */
export function cursorToPlace(cursor: string, instances: number): Place {
  const [from = Number.NaN, to = Number.NaN, ...skip] = /^[0-9a-z]+(?:\.[0-9a-z]+)+$/.test(cursor)
    ? cursor.split('.').map((text) => Number.parseInt(text, 36))
    : [];
  if (!(from < to) || skip.length !== instances || ![from, to, ...skip].every(Number.isSafeInteger))
    throw new InputError(`cursor: ${JSON.stringify(cursor)} is none that search_logs gave out`, {
      hint: 'Take it from the answer before, with the same arguments, or leave it out.',
    });
  return { from, to, skip };
}

/** The place after messages that were shown, newest first. Of those that share its last millisecond, so many are passed over. */
export function placeAfter(place: Place, shown: readonly Shown[]): Place {
  const last = shown.at(-1)?.at ?? Number.NaN;
  const to = Number.isNaN(last) ? place.to : Math.min(place.to, last + 1);
  const sameMoment = to === place.to;
  return {
    from: place.from,
    to,
    skip: place.skip.map((skipped, instance) => {
      const passed = shown.filter(
        (message) => message.instance === instance && (sameMoment || message.at === last),
      );
      return (sameMoment ? skipped : 0) + passed.length;
    }),
  };
}
