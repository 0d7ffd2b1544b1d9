import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { subscribe } from '../../core/base/telemetry.ts';

/** What is counted, and how it is read. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
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
    text: () => register.metrics(),
    request: (route, status, ms) => requests.observe({ route, status }, ms / 1000),
    refused: (why) => refusals.inc({ why }),
    close: () => {
      for (const stop of stops) stop();
    },
  };
}
