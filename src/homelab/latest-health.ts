import { reply } from '../core/call.ts';
import type { Finding } from '../core/health.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Call } from '../core/http/index.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { ServiceState } from './service-state.ts';
import { serviceHealth } from './service-health.ts';

/** A verdict as it leaves Lares, and when it was given. */
export interface Latest {
  /** Milliseconds. */
  at: number;
  text: string;
  data: JsonObject;
}

const latest = new WeakMap<Runtime, Latest>();
const asking = new WeakMap<Runtime, Promise<Latest>>();

/** The last verdict when it is younger than `maxAgeMs`, else a new one; asked once, however many want it at the same time. */
export async function healthOf(runtime: Runtime, maxAgeMs: number): Promise<Latest> {
  const last = latest.get(runtime);
  if (last && runtime.now() - last.at <= maxAgeMs) return last;
  const running = asking.get(runtime) ?? look(runtime).finally(() => asking.delete(runtime));
  asking.set(runtime, running);
  return running;
}

async function look(runtime: Runtime): Promise<Latest> {
  // Each service has its own deadline, so nobody needs to be able to cancel this.
  const call: Call = {
    signal: new AbortController().signal,
    progress: () => undefined,
    now: runtime.now,
  };
  const { result, text } = await serviceHealth.run({}, runtime, call);
  const seen = { at: runtime.now(), ...reply(runtime, result as JsonObject, text) };
  latest.set(runtime, seen);
  return seen;
}

type Row = Pick<ServiceState, 'service' | 'title' | 'state' | 'version'> & {
  findings: Finding[];
  gaps?: { what: string }[];
};

export const servicesIn = ({ data }: Latest): readonly Row[] =>
  data['services'] as unknown as Row[];
export const findingsIn = (seen: Latest): Finding[] =>
  servicesIn(seen).flatMap(({ findings }) => findings);

/** The verdict and the findings, without what is well. */
export const summaryOf = (seen: Latest): string =>
  [
    String(seen.data['verdict']),
    ...findingsIn(seen).map(
      ({ severity, id, message }) => `${severity.toUpperCase()} ${id}: ${message}`,
    ),
  ].join('\n');

/** Equal as long as nobody needs to be told: the verdict, the state of each service and which findings there are, but no figure that moves. */
export function fingerprint(seen: Latest): string {
  const services = servicesIn(seen).map(({ service, state, findings, gaps = [] }) => [
    service,
    state,
    findings.map(({ id, severity }) => `${id} ${severity}`).sort(),
    gaps.map(({ what }) => what).sort(),
  ]);
  return JSON.stringify([
    seen.data['overall'],
    services,
    ((seen.data['unknownWrites'] ?? []) as { summary: string }[]).map(({ summary }) => summary),
  ]);
}
