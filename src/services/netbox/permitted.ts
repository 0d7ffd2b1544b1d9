import { InputError, LaresError, UpstreamError } from '../../core/base/errors.ts';
import { gapAfter, type Gap } from '../../core/gap.ts';

/** What one model answered, or why it did not. */
export type Permitted<T> = { value: T } | { error: LaresError };

/**
 * Waits for the answers of several models: permissions are per model, and one may be slow, so one that is missing must not hide the rest.
 * What the caller got wrong, and a failure of all, is thrown.
 */
export async function permitted<T>(answers: readonly Promise<T>[]): Promise<Permitted<T>[]> {
  const outcomes = await Promise.allSettled(answers);
  const errors: LaresError[] = [];
  const parts = outcomes.map((outcome): Permitted<T> => {
    if (outcome.status === 'fulfilled') return { value: outcome.value };
    const reason: unknown = outcome.reason;
    if (!(reason instanceof LaresError) || reason instanceof InputError) throw reason;
    errors.push(reason);
    return { error: reason };
  });
  const [first] = errors;
  if (first && errors.length === parts.length)
    throw errors.find((error) => !isDenied(error)) ?? first;
  return parts;
}

const isDenied = (error: LaresError): boolean => error instanceof UpstreamError && error.denied;

/** The gaps that failures leave; `names` says what each of the answers was about. */
export const gapsIn = (answers: readonly Permitted<unknown>[], names: readonly string[]): Gap[] =>
  answers.flatMap((answer, i) =>
    'error' in answer ? [gapAfter(names[i] ?? '', answer.error)] : [],
  );
