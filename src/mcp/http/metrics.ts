import { allTools } from '../../catalog.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { subscribe } from '../../core/base/telemetry.ts';

/** What is counted, and how it is read. */
export interface Metrics {
  readonly contentType: string;
  /** Every series, or those of some services alone: what the others are asked, and how often, is not their business. */
  text(services: 'all' | ReadonlySet<string>): Promise<string>;
  request(route: string, status: number, ms: number): void;
  refused(why: string): void;
  /** Stops listening. */
  close(): void;
}

const seconds = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 15, 60];

/** Prometheus metrics. Labels are names out of fixed lists: tools, variable prefixes, words, status codes; never an address, a caller or an argument. */
export function metrics(gauges: { sessions(): number; underWay(): number }): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];
  const calls = new Histogram({
    name: 'lares_tool_call_seconds',
    help: 'Tool calls by tool and outcome',
    labelNames: ['tool', 'outcome'],
    buckets: seconds,
    registers,
  });
  const upstream = new Histogram({
    name: 'lares_upstream_request_seconds',
    help: 'Requests to services by instance and status (0: no answer)',
    labelNames: ['instance', 'status'],
    buckets: seconds,
    registers,
  });
  const gate = new Counter({
    name: 'lares_gate_events_total',
    help: 'Lines of the journal: what the gate decided, and how writes ended',
    labelNames: ['tool', 'event'],
    registers,
  });
  const requests = new Histogram({
    name: 'lares_http_request_seconds',
    help: 'Requests to this server by route and status',
    labelNames: ['route', 'status'],
    buckets: seconds,
    registers,
  });
  const refusals = new Counter({
    name: 'lares_http_refused_total',
    help: 'Requests that were not let in',
    labelNames: ['why'],
    registers,
  });
  const gauge = (name: string, help: string, value: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('lares_sessions', 'Sessions of the 2025 revisions that are open', gauges.sessions);
  gauge('lares_calls_under_way', 'Tool calls that are being answered', gauges.underWay);
  const stops = [
    subscribe('call', ({ tool, outcome, ms }) => calls.observe({ tool, outcome }, ms / 1000)),
    subscribe('upstream', ({ prefix, status, ms }) =>
      upstream.observe({ instance: prefix.toLowerCase(), status }, ms / 1000),
    ),
    subscribe('journal', ({ tool, event }) => gate.inc({ tool, event })),
  ];
  return {
    contentType: register.contentType,
    text: async (services) => {
      const text = await register.metrics();
      return services === 'all' ? text : seriesOf(services, text);
    },
    request: (route, status, ms) => requests.observe({ route, status }, ms / 1000),
    refused: (why) => refusals.inc({ why }),
    close: () => {
      for (const stop of stops) stop();
    },
  };
}

/** The series of some services: those that name one of their tools or instances. Comments stay where something of theirs follows. */
function seriesOf(services: ReadonlySet<string>, text: string): string {
  const kept: string[] = [];
  let comments: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      if (line.startsWith('# HELP')) comments = [];
      comments.push(line);
      continue;
    }
    if (!concerns(services, line)) continue;
    kept.push(...comments.splice(0), line);
  }
  return `${kept.join('\n')}\n`;
}

function concerns(services: ReadonlySet<string>, line: string): boolean {
  const tool = /[{,]tool="([^"]*)"/.exec(line)?.[1];
  const service = allTools.find(({ name }) => name === tool)?.service;
  if (service !== undefined) return services.has(service);
  const [prefix = ''] = /[{,]instance="([a-z0-9]*)/.exec(line)?.slice(1) ?? [];
  return services.has(prefix);
}
