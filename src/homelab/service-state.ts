import { fullMessage, messageOf, type Failure } from '../core/base/errors.ts';
import { ownWritesOn } from '../core/gate/own-writes.ts';
import type { HealthReport, Finding, ReportedGap } from '../core/health.ts';
import type { OwnComparisons } from '../core/drift.ts';
import type { Thing } from '../core/map.ts';
import type { Runtime, ConfiguredService } from '../core/runtime.ts';
import type { Call } from '../core/http/index.ts';
import { watchLag } from '../core/base/lag.ts';
import { tokenOf } from './finding-id.ts';
import { blamingOurselves, busyText, isLate, isStarved } from './own-lag.ts';
import { isAwayAsExpected } from './part-time.ts';
import { silentAfter, silentInstance, stateAfter, type SilentInstance } from './silent-instance.ts';

export { instanceRef, stateAfter } from './silent-instance.ts';

/** What a service can be in: answered (`ok`, `degraded`, or `partial`: nothing bad was seen, and not everything looked at), did not answer as it should (`down`, `unreachable`, `denied`), or was not asked; `not_checked`: Lares had no time to listen. */
export const states = [
  'ok',
  'degraded',
  'partial',
  'down',
  'unreachable',
  'denied',
  'not_checked',
  'invalid_config',
  'not_configured',
] as const;
export type State = (typeof states)[number];

/** One service as `service_health` tells it. */
export interface ServiceState {
  service: string;
  title: string;
  state: State;
  version?: string | undefined;
  latencyMs?: number | undefined;
  headline?: string | undefined;
  facts: Readonly<Record<string, string | number>>;
  /** Those that are muted too, until `withoutMuted` has left them out. */
  findings: Finding[];
  muted: number;
  /** How many were left out only because they follow from a muted one. */
  following?: number | undefined;
  /** Its part of the map. */
  things: readonly Thing[];
  /** What it compared within itself. */
  drift?: OwnComparisons | undefined;
  /** Some of its instances did not answer, so there may be more of everything. */
  silentInstances?: readonly SilentInstance[] | undefined;
  /** It was looked at: its state follows from its findings and gaps. Whether nothing that the verdict needs was permitted. */
  answered?: Pick<HealthReport, 'denied'> | undefined;
  /** What could not be looked at; `denied` where only a privilege is missing. */
  gaps: ReportedGap[];
  /** There may be more findings than these. */
  bounded?: true | undefined;
  /** Unreachable, as a service that is part-time may be. */
  expected?: true | undefined;
  /** Why there is no answer, and the way out. */
  problem?: string | undefined;
}

const silent = { facts: {}, findings: [], muted: 0, gaps: [], things: [] };

/** One service under its own deadline: whatever it does, it costs its own row and no more than that time. */
export async function stateOf(
  configured: ConfiguredService,
  runtime: Runtime,
  call: Call,
): Promise<ServiceState> {
  const { id: service, title } = configured.service;
  if (configured.state === 'off') return { service, title, state: 'not_configured', ...silent };
  if (configured.state === 'invalid')
    return {
      service,
      title,
      state: 'invalid_config',
      ...silent,
      problem: configured.problems.join('; '),
    };
  const deadlineMs = runtime.globals.deadlineMs;
  const started = performance.now();
  const failures: Failure[] = [];
  const late = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([call.signal, late]);
  const over = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  over.catch(() => undefined);
  const lag = watchLag();
  const starved = (): boolean => isStarved(lag, deadlineMs);
  const busy = busyText(deadlineMs);
  try {
    const session = {
      signal,
      progress: call.progress,
      now: runtime.now,
      instances: configured.instances,
      failed: (failure: Failure) => failures.push(failure),
      ownWrites: (instance: string) => ownWritesOn(`${service}/${instance}`, runtime.gate),
      without: configured.without,
    };
    const checkup = await Promise.race([
      configured.service.load().then((behaviour) => behaviour.health(session, deadlineMs)),
      over,
    ]);
    return {
      service,
      title,
      ...judged(
        configured,
        starved() ? blamingOurselves(checkup, failures, busy) : checkup,
        starved() ? failures.filter(({ error }) => !isLate(error)) : failures,
      ),
      latencyMs: Math.round(performance.now() - started),
    };
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    return {
      service,
      title,
      ...silent,
      ...(starved() && (late.aborted || isLate(error))
        ? { state: 'not_checked' as const, problem: busy }
        : late.aborted
          ? {
              state: 'unreachable' as const,
              problem: `no answer within ${deadlineMs / 1000} s. It hangs, or LARES_DEADLINE_MS is too short.`,
            }
          : unanswered(configured, error, failures)),
      latencyMs: Math.round(performance.now() - started),
    };
  } finally {
    lag.stop();
  }
}

/** The state of a service that answered: its findings, with one for each instance that did not. */
function judged(
  configured: ConfiguredService,
  checkup: HealthReport,
  failures: readonly Failure[],
): Omit<ServiceState, 'service' | 'title'> {
  const gone = new Map(failures.map((failure) => [failure.instance, failure.error]));
  const findings = [
    ...[...gone].map(([instance, error]) => silentInstance(configured, instance, error)),
    ...checkup.findings,
  ].map((finding) => ({ ...finding, id: tokenOf(finding.id) }));
  const { version, headline, facts, gaps, bounded, denied, things = [], drift } = checkup;
  return {
    state: stateFrom(findings, checkup),
    version,
    headline,
    facts: Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [name, value ?? 'not read']),
    ),
    findings,
    muted: 0,
    things,
    ...(drift && { drift }),
    gaps,
    answered: { denied },
    ...(gone.size > 0 && {
      silentInstances: [...gone].map(([name, error]) => silentAfter(name, error)),
    }),
    ...(bounded && { bounded: true }),
  };
}

/** The same service with other findings, and the state that follows from them. */
export const withFindings = (state: ServiceState, findings: readonly Finding[]): ServiceState => ({
  ...state,
  findings: [...findings],
  ...(state.answered && { state: stateFrom(findings, { gaps: state.gaps, ...state.answered }) }),
});

/** Never `ok` where something that the verdict needs was not looked at, but for what the operator chose not to permit. */
export function stateFrom(
  findings: readonly Finding[],
  { gaps, denied }: Pick<HealthReport, 'gaps' | 'denied'>,
): State {
  if (findings.some(({ severity }) => severity !== 'info')) return 'degraded';
  if (denied) return 'denied';
  return gaps.some(isMissed) ? 'partial' : 'ok';
}

/** Something the verdict needs, and nobody chose to leave out. */
export const isMissed = ({ denied, extra }: ReportedGap): boolean => !denied && !extra;

/** The state of a service none of whose instances answered. */
function unanswered(
  { instances }: ConfiguredService,
  error: unknown,
  failures: readonly Failure[],
): Pick<ServiceState, 'state' | 'problem' | 'expected'> {
  const state = stateAfter(error);
  const errors = new Map(failures.map((failure) => [failure.instance, failure.error]));
  if ([...instances].every(([name, connection]) => isAwayAsExpected(connection, errors.get(name))))
    return {
      state,
      expected: true,
      problem: `Part-time, so this is expected: ${messageOf(error).message}`,
    };
  return { state, problem: fullMessage(error) };
}
