import { logLevels, type LogLevel } from '../core/config/global-variables.ts';
import type { Redactor } from '../core/config/secrets.ts';
import { oneLine } from '../core/base/text.ts';
import {
  subscribe,
  type CallEvent,
  type JournalEvent,
  type UpstreamEvent,
} from '../core/base/telemetry.ts';

export type Severity = Exclude<LogLevel, 'silent'>;

/** Whether a line of that severity is written at that level. */
export const isLogged = (severity: Severity, level: LogLevel): boolean =>
  logLevels.indexOf(severity) <= logLevels.indexOf(level);

/** What the core tells of its work, as it happens. */
export interface EventListener {
  call(event: CallEvent): void;
  upstream(event: UpstreamEvent): void;
  journal(event: JournalEvent): void;
}

/** Hears every call, every request upstream and every line of the journal, until the function it returns is called. */
export function listenToEvents({ call, upstream, journal }: EventListener): () => void {
  const stops = [
    subscribe('call', call),
    subscribe('upstream', upstream),
    subscribe('journal', journal),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * The log of stdio and of the command line: at `debug` one line for each event, like
 * `lares: debug upstream proxmox/default GET /cluster/resources 200 41 ms`; at every other level nothing.
 * Whatever the configuration knows as a secret is taken out of each line. Returns the way to stop.
 */
export function debugLog(
  level: LogLevel,
  redact: Redactor,
  write: (line: string) => void = writeToStderr,
): () => void {
  if (level !== 'debug') return () => undefined;
  const print = (...words: readonly (string | false | undefined)[]): void =>
    write(`lares: debug ${oneLine(redact(words.filter(Boolean).join(' ')), longest)}\n`);
  return listenToEvents({
    call: ({ tool, caller, outcome, ms }) =>
      print('call', tool, caller && `by ${caller}`, outcome, duration(ms)),
    upstream: (request) => print('upstream', ...wordsOf(request)),
    journal: ({ tool, event }) => print('journal', tool, event),
  });
}

const longest = 2_000;

const wordsOf = ({
  prefix,
  instance,
  method,
  path,
  status,
  ms,
  retries,
  shared,
}: UpstreamEvent) => [
  placeOf(prefix.toLowerCase(), instance),
  method,
  path,
  status === 0 ? 'no answer' : String(status),
  duration(ms),
  retries !== undefined && retries > 0 && `${retries} retried`,
  shared && 'shared',
];

/** `pihole_dns1` and `dns1` are `pihole/dns1`. */
function placeOf(prefix: string, instance: string | undefined): string {
  if (instance === undefined) return prefix;
  const suffix = `_${instance.toLowerCase()}`;
  const service = prefix.endsWith(suffix) ? prefix.slice(0, -suffix.length) : prefix;
  return `${service}/${instance}`;
}

const duration = (ms: number): string => `${Math.round(ms)} ms`;

const writeToStderr = (line: string): void => {
  process.stderr.write(line);
};
