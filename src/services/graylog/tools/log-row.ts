import * as z from 'zod';
import { Instance } from '../../../core/instances.ts';
import { clean, Multiline, oneLine, quoted } from '../../../core/base/text.ts';
import type { Message } from '../schema/index.ts';

/** A field of a message. */
const Value = z.union([Multiline, z.number(), z.boolean()]);

/** One message of an answer, as much of it as is shown. */
export const LogRow = z.object({
  instance: Instance,
  timestamp: z.string().optional(),
  source: z.string().optional(),
  level: Value.optional().describe('Syslog: 0 emergency to 7 debug'),
  message: Multiline,
  fields: z.record(z.string(), Value).optional(),
});
export type LogRow = z.output<typeof LogRow>;

const severities = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'info',
  'debug',
];

/** Characters of one answer, text and data together: what fits into the tokens that clients take. */
const answerBudget = 48_000;
/** Characters that a row has besides its text: times and names, in the text and again in the data. */
const rowOverhead = 160;
/** Characters of one message, however few or many there are. */
const longestMessage = 4_000;
const shortestMessage = 300;

/** A message with the fields that a caller names; `*` is everything that is not Graylog's own. */
export function toLogRow(
  { timestamp, source, text, fields }: Message,
  fieldNames: readonly string[],
): LogRow {
  const { level } = fields;
  const shown = Object.entries(fields).filter(
    ([name]) => fieldNames.includes(name) || (fieldNames.includes('*') && !isGraylogField(name)),
  );
  return {
    ...(timestamp !== undefined && { timestamp }),
    ...(source !== undefined && { source: oneLine(source, 80) }),
    ...(level !== undefined && { level }),
    message: text ?? '',
    ...(shown.length > 0 && { fields: Object.fromEntries(shown) }),
  };
}

/** Whether Graylog itself added it, or a row has a place of its own for it. */
export const isGraylogField = (name: string): boolean => /^(gl2_|_id$|level$)/.test(name);

/** As many rows as an answer can hold, each cut to its share of it. At least one. */
export function fitToBudget<Row extends LogRow>(rows: readonly Row[]): Row[] {
  const share = Math.floor(answerBudget / 2 / Math.max(1, rows.length));
  const limit = Math.min(longestMessage, Math.max(shortestMessage, share));
  const kept: Row[] = [];
  let size = 0;
  for (const row of rows) {
    const short = cutRow(row, limit);
    size += rowOverhead + 2 * (short.message.length + JSON.stringify(short.fields ?? {}).length);
    if (kept.length > 0 && size > answerBudget) break;
    kept.push(short);
  }
  return kept;
}

function cutRow<Row extends LogRow>(row: Row, limit: number): Row {
  const message = clean(row.message, limit);
  if (!row.fields) return { ...row, message };
  const fields = Object.entries(row.fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? clean(value, limit) : value,
  ]);
  return { ...row, message, fields: Object.fromEntries(fields) };
}

/** What follows the first line of a message is indented, so that no message can look like two. */
function logLine({ instance, timestamp, source, level, message, fields = {} }: LogRow): string {
  const extra = Object.entries(fields)
    .map(([name, value]) => `${oneLine(name, 60)}=${JSON.stringify(value)}`)
    .join(' ');
  const head = [instance, timestamp, source, severityText(level), extra && `[${extra}]`]
    .filter(Boolean)
    .join(' ');
  return `${head}: ${clean(message).replace(/\n/g, '\n    ')}`;
}

/** Syslog's word for a number; anything else as it is. */
function severityText(level: LogRow['level']): string | undefined {
  if (typeof level === 'number') return severities[level] ?? String(level);
  return level === undefined ? undefined : oneLine(String(level), 20);
}

/** Log text between fences that it cannot close, marked as data. */
export const quoteLogs = (rows: readonly LogRow[]): string =>
  quoted('Log messages', rows.map(logLine));
