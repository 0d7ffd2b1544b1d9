import type { LogPattern } from '../../../demo/world/logs.ts';
import type { World } from '../../../demo/world/index.ts';
import { streamIds } from '../../../demo/world/log-sources.ts';
import type { Document, Parsed } from './lucene.ts';

/** Part of the log: [from, to) in ms, only what was routed to one of these streams and can be found. */
export interface Scope {
  from: number;
  to: number;
  streams: ReadonlySet<string>;
}

/** The messages of a world: counted by arithmetic, made only when they are shown. */
export class VirtualLog {
  readonly #world: World;
  readonly #born: number;

  constructor(world: World) {
    this.#world = world;
    this.#born = world.now();
  }

  /** How many match, and the newest of them: by their own time, or by that of their arrival. */
  search(
    { test }: Parsed,
    scope: Scope,
    { limit, offset, byArrival }: { limit: number; offset: number; byArrival: boolean },
  ): { total: number; newest: Record<string, unknown>[] } {
    const matching = this.#world.logs.patterns
      .filter(
        (pattern) =>
          this.#streams(pattern).some((id) => scope.streams.has(id)) &&
          test(this.#document(pattern)),
      )
      .map((pattern) => ({ pattern, ...this.#numbers(pattern, scope) }));
    let total = 0;
    for (const { first, end } of matching) total += end - first;
    const rankOf = byArrival ? arrivalOf : timeOf;
    const heads = matching
      .filter(({ first, end }) => end > first)
      .map((run) => ({ ...run, n: run.end - 1, at: rankOf(run.pattern, run.end - 1) }));
    const newest: Record<string, unknown>[] = [];
    for (let skip = offset; newest.length < limit;) {
      const latest = heads.reduce<(typeof heads)[number] | undefined>(
        (best, head) => (head.n >= head.first && (!best || head.at > best.at) ? head : best),
        undefined,
      );
      if (!latest) break;
      if (skip-- <= 0) newest.push(this.#message(latest.pattern, latest.n));
      latest.n--;
      latest.at = rankOf(latest.pattern, latest.n);
    }
    return { total, newest };
  }

  /** How many match, by the values of a field as the index keeps them: in lower case. */
  countBy(field: string, { test }: Parsed, scope: Scope): Map<string, number> {
    const counts = new Map<string, number>();
    for (const pattern of this.#world.logs.patterns) {
      const document = this.#document(pattern);
      const { first, end } = this.#numbers(pattern, scope);
      const isIn = this.#streams(pattern).some((id) => scope.streams.has(id));
      if (end <= first || !isIn || !test(document)) continue;
      const value = String(document[field] ?? '(Empty Value)');
      const key = field === 'source' ? value.toLowerCase() : value;
      counts.set(key, (counts.get(key) ?? 0) + end - first);
    }
    return counts;
  }

  /** Messages a second that arrive now. */
  inputRate(): number {
    const now = this.#world.now();
    return this.#world.logs.patterns
      .filter((pattern) => pattern.from <= now && this.#end(pattern) > now)
      .reduce((sum, { everyMs }) => sum + 1000 / everyMs, 0);
  }

  /** Messages that arrived in [from, to), indexed or not. */
  arrived(from: number, to: number): number {
    return this.#world.logs.patterns.reduce(
      (sum, pattern) => sum + span(pattern, from, Math.min(to, this.#end(pattern))).count,
      0,
    );
  }

  /** The names of all fields that were ever stored. */
  fields(): string[] {
    return [
      ...new Set(
        this.#world.logs.patterns.flatMap((pattern) => Object.keys(this.#message(pattern, 0))),
      ),
    ].sort();
  }

  /** A guest that was stopped logs no more. */
  #end({ source, to }: LogPattern): number {
    const guest = this.#world.guests.find(({ name }) => name === source);
    return Math.min(to ?? Infinity, guest && guest.status !== 'running' ? this.#born : Infinity);
  }

  /** The numbers of the messages whose timestamps lie in the scope and which have arrived and been indexed. */
  #numbers(pattern: LogPattern, { from, to }: Scope): { first: number; end: number } {
    const arrived = Math.min(
      this.#end(pattern),
      this.#world.graylog.indexedUntil ?? Infinity,
      this.#world.now() + 1,
    );
    // A time without fractions was cut to its second: it lies in a range where that second does.
    const exact = (at: number): number => (pattern.wholeSeconds ? Math.ceil(at / 1000) * 1000 : at);
    const written = span(
      pattern,
      exact(from) - pattern.skewMs,
      Math.min(exact(to) - pattern.skewMs, arrived),
    );
    return { first: written.first, end: written.first + written.count };
  }

  #streams({ stream }: LogPattern): string[] {
    const routed = this.#world.graylog.streams.find(
      ({ id, disabled }) => id === stream && !disabled,
    );
    return routed
      ? [routed.id, ...(routed.removesFromDefault ? [] : [streamIds.default])]
      : [streamIds.default];
  }

  #document(pattern: LogPattern): Document {
    const { text, source, level, facility, fields } = pattern;
    return { message: text, source, level, facility, streams: this.#streams(pattern), ...fields };
  }

  #message(pattern: LogPattern, n: number): Record<string, unknown> {
    const at = new Date(timeOf(pattern, n)).toISOString();
    const serial = `${this.#world.logs.patterns.indexOf(pattern).toString(16).padStart(8, '0')}-${n.toString(16).padStart(12, '0')}`;
    const stored = new Date(arrivalOf(pattern, n)).toISOString().replace('T', ' ').replace('Z', '');
    return {
      ...this.#document(pattern),
      message: pattern.text.replaceAll('{n}', String(n % 250)),
      timestamp: at,
      _id: serial,
      gl2_message_id: `01J${serial.replace('-', '').toUpperCase()}`,
      gl2_source_input: this.#world.graylog.inputs[0]?.id,
      gl2_source_node: this.#world.graylog.nodes[0]?.id,
      gl2_remote_ip: '10.0.10.21',
      gl2_remote_port: 50872,
      gl2_accounted_message_size: pattern.text.length + 180,
      gl2_receive_timestamp: stored,
      gl2_processing_timestamp: stored,
      gl2_processing_duration_ms: 0,
    };
  }
}

const arrivalOf = ({ from, everyMs }: LogPattern, n: number): number => from + n * everyMs;

/** The time that its sender wrote. */
function timeOf(pattern: LogPattern, n: number): number {
  const at = arrivalOf(pattern, n) + pattern.skewMs;
  return pattern.wholeSeconds ? Math.floor(at / 1000) * 1000 : at;
}

function span(
  { from: start, everyMs }: LogPattern,
  from: number,
  to: number,
): { first: number; count: number } {
  const first = Math.max(0, Math.ceil((from - start) / everyMs));
  return {
    first,
    count: to === Infinity ? 0 : Math.max(0, Math.ceil((to - start) / everyMs) - first),
  };
}
