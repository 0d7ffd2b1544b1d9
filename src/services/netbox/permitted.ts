import { UpstreamError, messageOf } from '../../core/base/errors.ts';
import type { Gap } from '../../core/gap.ts';

/** What one model answered, or why it may not be seen: permissions are per model, and one that is missing must not hide the rest. */
export type Permitted<T> = { value: T } | { refusal: string };

/** Waits for the answers of several models. Refused ones (403) are named; any other failure, or refusal by all, is thrown. */
export async function permitted<T>(answers: readonly Promise<T>[]): Promise<Permitted<T>[]> {
  const outcomes = await Promise.allSettled(answers);
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  const fatal =
    errors.find((error) => !(error instanceof UpstreamError && error.status === 403)) ??
    (errors.length === outcomes.length ? errors[0] : undefined);
  if (fatal !== undefined) throw fatal;
  return outcomes.map((outcome) =>
    outcome.status === 'fulfilled'
      ? { value: outcome.value }
      : { refusal: messageOf(outcome.reason).message },
  );
}

/** The gaps that refusals leave; `names` says what each of the answers was about. */
export const gapsIn = (answers: readonly Permitted<unknown>[], names: readonly string[]): Gap[] =>
  answers.flatMap((answer, i) =>
    'refusal' in answer ? [{ what: names[i] ?? '', why: answer.refusal }] : [],
  );
