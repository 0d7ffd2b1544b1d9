import * as z from 'zod';
import { clean, oneLine, quoted } from '../../../core/base/text.ts';
import type { Message } from '../schema/search.ts';

const Value = z.union([z.string(), z.number(), z.boolean()]);

export const LogRow = z.object({
  instance: z.string().optional(),
  timestamp: z.string().optional(),
  source: z.string().optional(),
  level: Value.optional().describe('Syslog: 0 emergency to 7 debug'),
  message: z.string(),
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
/** Characters of log text in one answer, and of one message however few there are. */
const budget = 24_000;
const longest = 4_000;
const shortest = 300;

/** The fields that were asked for; `*` is everything that is not Graylog's own. */
export function rowOf(
  { timestamp, source, text, fields }: Message,
  wanted: readonly string[],
): LogRow {
  const { level } = fields;
  const shown = Object.entries(fields).filter(
    ([name]) =>
      wanted.includes(name) || (wanted.includes('*') && !/^(gl2_|_id$|level$)/.test(name)),
  );
  return {
    ...(timestamp !== undefined && { timestamp }),
    ...(source !== undefined && { source: oneLine(source, 80) }),
    ...(level !== undefined && { level }),
    message: text ?? '',
    ...(shown.length > 0 && { fields: Object.fromEntries(shown) }),
  };
}

/** As many rows as an answer can hold, each cut to its share of it. At least one. */
export function fitted<Row extends LogRow>(rows: readonly Row[]): Row[] {
  const most = Math.min(longest, Math.max(shortest, Math.floor(budget / Math.max(1, rows.length))));
  const kept: Row[] = [];
  let size = 0;
  for (const row of rows) {
    const short = cut(row, most);
    size += short.message.length + JSON.stringify(short.fields ?? {}).length;
    if (kept.length > 0 && size > budget) break;
    kept.push(short);
  }
  return kept;
}

function cut<Row extends LogRow>(row: Row, most: number): Row {
  const fields =
    row.fields &&
    Object.fromEntries(
      Object.entries(row.fields).map(([name, value]) => [
        name,
        typeof value === 'string' ? clean(value, most) : value,
      ]),
    );
  return { ...row, message: clean(row.message, most), ...(fields && { fields }) };
}

/** What follows the first line of a message is indented, so that no message can look like two. */
function logLine({ instance, timestamp, source, level, message, fields = {} }: LogRow): string {
  const severity =
    typeof level === 'number'
      ? (severities[level] ?? String(level))
      : level === undefined
        ? undefined
        : oneLine(String(level), 20);
  const extra = Object.entries(fields)
    .map(([name, value]) => `${oneLine(name, 60)}=${JSON.stringify(value)}`)
    .join(' ');
  const head = [instance, timestamp, source, severity, extra && `[${extra}]`]
    .filter(Boolean)
    .join(' ');
  return `${head}: ${clean(message).replace(/\n/g, '\n    ')}`;
}

export const quotedLogs = (rows: readonly LogRow[]): string =>
  quoted('Log messages', rows.map(logLine));
