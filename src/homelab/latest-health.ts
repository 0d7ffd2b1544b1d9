import type { Finding } from '../core/health.ts';
import type { MemoKey } from '../core/memo.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Call } from '../core/http/index.ts';
import type { JsonObject } from '../core/base/json.ts';
import { lines } from '../core/base/table.ts';
import { incidentsText } from './health-lines.ts';
import type { IncidentRow } from './incidents/incident-row.ts';
import type { ServiceState } from './service-state.ts';
import { serviceHealth } from './service-health.ts';

/** A verdict as it leaves Lares, and when it was given. */
export interface Latest {
  /** Milliseconds. */
  at: number;
  text: string;
  data: JsonObject;
}

/** The last verdict, and the one that is being asked for. */
interface Verdicts {
  latest?: Latest | undefined;
  asking?: Promise<Latest> | undefined;
}

const verdicts: MemoKey<Verdicts> = { name: 'health' };

/** The last verdict when it is younger than `maxAgeMs`, else a new one; asked once, however many want it at the same time. */
export async function healthOf(runtime: Runtime, maxAgeMs: number): Promise<Latest> {
  const kept = runtime.memo.get(verdicts, () => ({}));
  if (kept.latest && runtime.now() - kept.latest.at <= maxAgeMs) return kept.latest;
  kept.asking ??= ask(runtime, kept);
  return kept.asking;
}

async function ask(runtime: Runtime, kept: Verdicts): Promise<Latest> {
  try {
    kept.latest = await look(runtime);
    return kept.latest;
  } finally {
    kept.asking = undefined;
  }
}

async function look(runtime: Runtime): Promise<Latest> {
  // Each service has its own deadline, so nobody needs to be able to cancel this.
  const call: Call = {
    signal: new AbortController().signal,
    progress: () => undefined,
    now: runtime.now,
  };
  const { result, text } = await serviceHealth.run({}, runtime, call);
  return { at: runtime.now(), data: result as JsonObject, text };
}

type Row = Pick<ServiceState, 'service' | 'title' | 'state' | 'version'> & {
  findings: Finding[];
  gaps?: { what: string }[];
};

export const servicesIn = ({ data }: Latest): readonly Row[] =>
  data['services'] as unknown as Row[];
export const incidentsIn = ({ data }: Latest): readonly IncidentRow[] =>
  data['incidents'] as unknown as IncidentRow[];
export const findingsIn = (seen: Latest): Finding[] =>
  servicesIn(seen).flatMap(({ findings }) => findings);

/** The verdict and the incidents, without what is well. */
export const summaryOf = (seen: Latest): string =>
  lines(
    String(seen.data['verdict']),
    incidentsText(
      incidentsIn(seen),
      findingsIn(seen).map((finding) => ({ ...finding, next: undefined })),
    ),
  );

/** Equal as long as nobody needs to be told: the verdict, the state of each service and which incidents there are, but no figure that moves, and not what else follows from what is known. */
export function fingerprint(seen: Latest): string {
  const services = servicesIn(seen).map(({ service, state, gaps = [] }) => [
    service,
    state,
    gaps.map(({ what }) => what).sort(),
  ]);
  return JSON.stringify([
    seen.data['overall'],
    incidentsIn(seen)
      .map(({ id, severity }) => `${id} ${severity}`)
      .sort(),
    services,
    ((seen.data['unknownWrites'] ?? []) as { summary: string }[]).map(({ summary }) => summary),
  ]);
}
