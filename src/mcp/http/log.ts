import type { Logger } from 'pino';
import type { Redactor } from '../../core/config/secrets.ts';
import type { LogLevel } from '../../core/config/global-variables.ts';
import { listenToEvents, isLogged, type Severity } from '../debug-log.ts';

/** JSON lines on stderr. */
export type Log = (
  severity: Severity,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** pino is loaded with the first line; lines keep their order. What the configuration knows as a secret is taken out of every one. No line throws or rejects, whatever becomes of pino: a log that cannot be written costs no answer. */
export function jsonLog(level: LogLevel, redact: Redactor): Log {
  let logger: Promise<Logger> | undefined;
  const write = (line: string): void => {
    process.stderr.write(redact(line));
  };
  return (severity, message, fields = {}) => {
    if (!isLogged(severity, level)) return;
    logger ??= openLogger(level, write);
    void logger.then(
      (pino) => pino[severity](fields, message),
      () => write(plainLine(severity, message)),
    );
  };
}

async function openLogger(level: LogLevel, write: (line: string) => void): Promise<Logger> {
  const { default: pino } = await import('pino');
  return pino(
    {
      level,
      base: { name: 'lares' },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
}

/** The same line without its fields: what is said where pino cannot be loaded. */
const plainLine = (severity: Severity, message: string): string =>
  `${JSON.stringify({ level: severity, time: new Date().toISOString(), name: 'lares', msg: message })}\n`;

/** At `debug` a line for each call, each request upstream and each line of the journal; at every other level nothing. Returns the way to stop. */
export function logEvents(level: LogLevel, log: Log): () => void {
  if (level !== 'debug') return () => undefined;
  const rounded = (event: { ms: number }): Record<string, unknown> => ({
    ...event,
    ms: Math.round(event.ms),
  });
  return listenToEvents({
    call: (event) => log('debug', 'call', rounded(event)),
    upstream: (event) => log('debug', 'upstream', rounded(event)),
    journal: (event) => log('debug', 'journal', { ...event }),
  });
}
