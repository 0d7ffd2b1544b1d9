import type { Base } from './base.ts';
import { day, hour, lastTime, minute, second } from './clock.ts';
import { logSources, type LogSource } from './log-sources.ts';

/**
 * One kind of log message that keeps coming: at `from`, `from + everyMs` and so on until `to` (ms). So a log of ten million messages a day
 * is a page of data: how many there are between two moments is arithmetic. `{n}` in the text becomes the number of the message.
 */
export interface LogPattern {
  source: string;
  level: number;
  facility: string;
  text: string;
  everyMs: number;
  /** Id of the stream it is routed to; null leaves it in the default stream. */
  stream: string | null;
  fields: Record<string, string | number | bigint | boolean>;
  from: number;
  to: number | null;
  /** How far the sender's clock is ahead; the timestamps it writes are. */
  skewMs: number;
  /** It writes no fractions of a second, as every RFC 3164 syslog does. */
  wholeSeconds: boolean;
}

export interface Logs {
  patterns: LogPattern[];
  /** Adds a kind of message that comes `perHour` times an hour from `from` on. */
  add(
    pattern: Partial<LogPattern> &
      Pick<LogPattern, 'source' | 'text' | 'from'> & { perHour: number },
  ): LogPattern;
}

/** Two weeks are kept. The phase of a kind of message is its own and the same in every run. */
export function createLogs(base: Base): Logs {
  const start = base.now() - 14 * day;
  const patterns = logSources.map((source, i) => pattern(source, start + ((i * 7_919) % 30_000)));
  const logs: Logs = {
    patterns,
    add({ perHour, ...rest }) {
      const added: LogPattern = {
        level: 3,
        facility: 'daemon',
        stream: null,
        fields: {},
        to: null,
        skewMs: 0,
        wholeSeconds: false,
        everyMs: Math.round(hour / perHour),
        ...rest,
      };
      patterns.push(added);
      return added;
    },
  };
  for (let ago = -3; ago < 14; ago++) nightJob(base, logs, lastTime(base.now(), 3, ago));
  return logs;
}

const pattern = (
  {
    source,
    level = 6,
    facility = 'daemon',
    text,
    perSecond,
    stream,
    wholeSeconds = false,
    fields = {},
  }: LogSource,
  from: number,
): LogPattern => ({
  source,
  level,
  facility,
  text,
  stream: stream ?? null,
  fields,
  from,
  to: null,
  skewMs: 0,
  wholeSeconds,
  everyMs: Math.round(second / perSecond),
});

/** The mirror job that complains for twenty minutes every night, which is nothing new. */
function nightJob({ fqdn }: Base, logs: Logs, at: number): void {
  logs.add({
    source: 'downloads',
    text: 'mirror[{n}]: rsync: failed to set times on "/srv/mirror": Operation not permitted (1)',
    perHour: 720,
    from: at,
    to: at + 20 * minute,
    fields: { application_name: 'mirror', host: fqdn('downloads') },
  });
}
