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
  /** Messages that were shown on the pages before. */
  passed: number;
}

/** A message that was shown: where it came from, and its time (ms; NaN without one). */
export interface Shown {
  instance: number;
  at: number;
}

const code = (n: number): string => n.toString(36);

/** The beginning of what a window covers, before anything was shown. */
export const firstPlace = (from: number, to: number, instances: number): Place => ({
  from,
  to,
  skip: Array.from({ length: instances }, () => 0),
  passed: 0,
});

export const placeToCursor = ({ from, to, passed, skip }: Place): string =>
  [from, to, passed, ...skip].map(code).join('.');

/** Throws an InputError for what no earlier answer gave out. */
export function cursorToPlace(cursor: string, instances: number): Place {
  const [from = Number.NaN, to = Number.NaN, passed = Number.NaN, ...skip] =
    /^[0-9a-z]+(?:\.[0-9a-z]+)+$/.test(cursor)
      ? cursor.split('.').map((text) => Number.parseInt(text, 36))
      : [];
  const numbers = [from, to, passed, ...skip];
  if (!(from < to) || skip.length !== instances || !numbers.every(Number.isSafeInteger))
    throw new InputError(`cursor: ${JSON.stringify(cursor)} is none that search_logs gave out`, {
      hint: 'Take it from the answer before, with the same arguments, or leave it out.',
    });
  return { from, to, skip, passed };
}

/** The place after messages that were shown, newest first. Of those that share its last millisecond, so many are passed over. */
export function placeAfter(place: Place, shown: readonly Shown[]): Place {
  const last = shown.at(-1)?.at ?? Number.NaN;
  const to = Number.isNaN(last) ? place.to : Math.min(place.to, last + 1);
  const sameMoment = to === place.to;
  return {
    from: place.from,
    to,
    passed: place.passed + shown.length,
    skip: place.skip.map((skipped, instance) => {
      const passed = shown.filter(
        (message) => message.instance === instance && (sameMoment || message.at === last),
      );
      return (sameMoment ? skipped : 0) + passed.length;
    }),
  };
}
