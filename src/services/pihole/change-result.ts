import * as z from 'zod';
import { lines, table } from '../../core/base/table.ts';

const outcomes = [
  'added',
  'removed',
  'already there',
  'not there',
  'restarting',
  'left alone',
  'failed',
  'unknown',
] as const;

/** What became of a change on each instance. */
export const Result = z.object({
  record: z.string(),
  instances: z.array(
    z.object({ instance: z.string(), outcome: z.enum(outcomes), detail: z.string().optional() }),
  ),
  complete: z.boolean().describe('Every instance is as planned'),
  again: z
    .object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) })
    .optional()
    .describe('The call that completes it'),
});
export type ChangeResult = z.input<typeof Result>;
export type ChangeRow = ChangeResult['instances'][number];

/** How the change as a whole ended, by what is known. */
export function endingOf(result: ChangeResult): boolean | 'failed' | 'unknown' {
  if (result.complete) return true;
  if (hasOutcome(result, 'unknown')) return 'unknown';
  return !isBegun(result) && hasOutcome(result, 'failed') ? 'failed' : false;
}

const hasOutcome = ({ instances }: ChangeResult, ...wanted: ChangeRow['outcome'][]): boolean =>
  instances.some(({ outcome }) => wanted.includes(outcome));

/** Whether anything of it was done for certain. */
const isBegun = (result: ChangeResult): boolean =>
  hasOutcome(result, 'added', 'removed', 'already there', 'not there', 'restarting');

/** Nothing, half or all of it, and how to go on. */
export function resultText(result: ChangeResult): string {
  const { instances, complete, again } = result;
  return lines(
    table(
      instances,
      {
        instance: ({ instance }) => instance,
        outcome: ({ outcome }) => outcome,
        detail: ({ detail }) => detail,
      },
      300,
    ),
    !complete && remainder(result, again && `${again.tool} ${JSON.stringify(again.arguments)}`),
  );
}

/** What is left to do, by what is known: a change that may have been done is looked at first. */
function remainder(result: ChangeResult, call: string | undefined): string {
  const extent = isBegun(result) ? 'HALF DONE' : 'NOT DONE';
  if (hasOutcome(result, 'unknown'))
    return `UNKNOWN: it may have been done where it says so; dns_list_records shows it${call === undefined ? '' : `. What is missing then: ${call}`}`;
  return call === undefined
    ? `${extent}: the same call would be refused again`
    : `${extent}: complete it with ${call}`;
}
