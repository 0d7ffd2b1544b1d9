import * as z from 'zod';
import { lines } from '../../../core/base/table.ts';
import { LogRow, quoteLogs } from './log-row.ts';

export const SearchOutput = z.object({
  query: z.string(),
  window: z.string().describe('What was searched, in words'),
  total: z.int().describe('Messages that match, shown or not'),
  shown: z.int(),
  passed: z.int().describe('Messages of the pages before'),
  messages: z.array(LogRow).describe('Newest first'),
  next: z.string().optional().describe('Give it as cursor to see the older ones'),
  before: z.string().optional().describe('Or this as end, where no more share its millisecond'),
  otherFields: z
    .array(z.string())
    .optional()
    .describe('Fields of these messages that are not shown'),
  notes: z.array(z.string()).optional(),
  why: z.array(z.string()).optional().describe('Why nothing was found'),
});
type SearchOutput = z.output<typeof SearchOutput>;

/** The answer of `search_logs` for a person: how many, why none, the messages, and how to see the rest. */
export const searchText = (output: SearchOutput): string =>
  lines(
    verdict(output),
    ...(output.notes ?? []),
    ...(output.why ?? []),
    quoteLogs(output.messages),
    restText(output),
    otherFieldsText(output),
  );

function verdict({ query, window, total, shown, passed }: SearchOutput): string {
  const matching = query === '*' ? '' : ` matching ${query}`;
  if (total === 0) return `No messages${matching} in ${window}.`;
  const newest = total > shown ? `; ${shownText(shown, passed)}` : '';
  return `${total.toLocaleString('en-US')} ${total === 1 ? 'message' : 'messages'}${matching} in ${window}${newest}:`;
}

const shownText = (shown: number, passed: number): string =>
  passed === 0
    ? `the newest ${shown}`
    : `${(passed + 1).toLocaleString('en-US')} to ${(passed + shown).toLocaleString('en-US')} of them, newest first`;

function restText({ total, shown, passed, next }: SearchOutput): string {
  const rest = total - passed - shown;
  if (rest <= 0) return '';
  const older = next ? `cursor=${next} shows the older ones, ` : '';
  return `${rest.toLocaleString('en-US')} more not shown: ${older}narrow the query or range, or raise limit.`;
}

function otherFieldsText({ otherFields = [] }: SearchOutput): string {
  if (otherFields.length === 0) return '';
  return `Further fields: ${otherFields.join(', ')} (fields shows them).`;
}
