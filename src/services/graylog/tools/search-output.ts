import * as z from 'zod';
import { lines } from '../../../core/base/table.ts';
import { LogRow, quoteLogs } from './log-row.ts';

export const SearchOutput = z.object({
  query: z.string(),
  window: z.string().describe('What was searched, in words'),
  total: z.int().describe('Messages that match, shown or not'),
  shown: z.int(),
  messages: z.array(LogRow).describe('Newest first'),
  before: z.string().optional().describe('Give it as end to see the older ones'),
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

function verdict({ query, window, total, shown }: SearchOutput): string {
  const matching = query === '*' ? '' : ` matching ${query}`;
  if (total === 0) return `No messages${matching} in ${window}.`;
  const newest = total > shown ? `; the newest ${shown}` : '';
  return `${total.toLocaleString('en-US')} ${total === 1 ? 'message' : 'messages'}${matching} in ${window}${newest}:`;
}

function restText({ total, shown, before }: SearchOutput): string {
  if (total <= shown) return '';
  const older = before ? `end=${before} shows the older ones, ` : '';
  return `${(total - shown).toLocaleString('en-US')} more not shown: ${older}narrow the query or range, or raise limit.`;
}

function otherFieldsText({ otherFields = [] }: SearchOutput): string {
  if (otherFields.length === 0) return '';
  return `Further fields: ${otherFields.join(', ')} (fields shows them).`;
}
