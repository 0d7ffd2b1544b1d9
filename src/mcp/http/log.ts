import type { Logger } from 'pino';
import type { Redactor } from '../../core/config/secrets.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** JSON lines on stderr. */
export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** pino is loaded with the first line; lines keep their order. Whatever the house knows as a secret is taken out of every one. */
export function jsonLog(level: LogLevel | 'silent', redact: Redactor): Log {
  let logger: Promise<Logger> | undefined;
  return (severity, message, fields = {}) => {
    logger ??= import('pino').then(({ default: pino }) =>
      pino(
        {
          level,
          base: { name: 'lares' },
          timestamp: () => `,"time":"${new Date().toISOString()}"`,
          formatters: { level: (label) => ({ level: label }) },
        },
        { write: (line: string) => void process.stderr.write(redact(line)) },
      ),
    );
    void logger.then((to) => to[severity](fields, message));
  };
}
