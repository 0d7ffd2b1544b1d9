import * as z from 'zod';
import { lines } from '../../../core/base/table.ts';
import { pageOutput } from '../../../core/page.ts';
import { LogRow, quoteLogs } from './log-row.ts';

export const SearchOutput = z.object({
  query: z.string(),
  window: z.string().describe('What was searched, in words'),
  ...pageOutput,
  messages: z.array(LogRow).describe('Newest first'),
  otherFields: z
    .array(z.string())
    .optional()
    .describe('Fields of these messages that are not shown'),
  notes: z.array(z.string()).optional(),
  why: z.array(z.string()).optional().describe('Why nothing was found'),
});
type SearchOutput = z.output<typeof SearchOutput>;

/** The answer of `search_logs` for a person: how many, why none, and the messages. */
export const searchText = (output: SearchOutput): string =>
  lines(
    verdict(output),
    ...(output.notes ?? []),
    ...(output.why ?? []),
    quoteLogs(output.messages),
    otherFieldsText(output),
  );

function verdict({ query, window, total, messages }: SearchOutput): string {
  const matching = query === '*' ? '' : ` matching ${query}`;
  if (total === 0) return `No messages${matching} in ${window}.`;
  const newest = total > messages.length ? `; ${messages.length} of them, newest first` : '';
  return `${total.toLocaleString('en-US')} ${total === 1 ? 'message' : 'messages'}${matching} in ${window}${newest}:`;
}

function otherFieldsText({ otherFields = [] }: SearchOutput): string {
  if (otherFields.length === 0) return '';
  return `Further fields: ${otherFields.join(', ')} (fields shows them).`;
}
