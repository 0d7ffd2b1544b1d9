import { isMuted } from '../core/config/globals.ts';
import type { Call } from '../core/http/index.ts';
import type { Gap } from '../core/gap.ts';
import type { MemoKey } from '../core/memo.ts';
import type { ConfiguredService, Runtime } from '../core/runtime.ts';
import { withGoneSubjects } from './gone-subjects.ts';
import type { Incident } from './incidents/incident.ts';
import type { KnownFinding } from './incidents/known-finding.ts';
import { audible, type Audible } from './incidents/muted.ts';
import { calmed } from './incidents/passing.ts';
import { silenceOf } from './incidents/silence.ts';
import { guestAddressesOf } from './map/guest-addresses.ts';
import { HomelabMap } from './map/map.ts';
import { mapParts } from './map/parts.ts';
import { stateOf, withFindings, type ServiceState } from './service-state.ts';

/** Services as they were seen at one moment, and what follows from what in them. */
export interface Look {
  /** Milliseconds since the epoch. */
  at: number;
  /** With what is muted. */
  seen: readonly ServiceState[];
  /** Without what is muted. */
  states: readonly ServiceState[];
  map: HomelabMap;
  incidents: readonly Incident<KnownFinding>[];
  /** Muted causes, for who asks about one thing. */
  silenced: readonly Incident<KnownFinding>[];
  /** What the map lacks, besides what each service lacks. */
  gaps: readonly Gap[];
}

/** The last look at everything, and the one that is under way. */
interface Looks {
  latest?: Look | undefined;
  looking?: Promise<Look> | undefined;
  /** Ends the one under way together with its runtime: nobody is left to hear of it. */
  closing: AbortController;
}

const looks: MemoKey<Looks> = {
  name: 'look',
  dispose: ({ closing }) => closing.abort(new DOMException('Closed.', 'AbortError')),
};

const looksOf = ({ memo }: Pick<Runtime, 'memo'>): Looks =>
  memo.get(looks, () => ({ closing: new AbortController() }));

/** Answers are at most so old, in milliseconds: several that ask at once cost one look. */
export const fresh = 5_000;

/** Everything at once: the last look when it is younger than `maxAgeMs`, else a new one; made once, however many want it at the same time. Each service has its own deadline, so nobody needs to be able to cancel it; it ends with the runtime. */
export function lookOf(runtime: Runtime, maxAgeMs = fresh): Promise<Look> {
  const kept = looksOf(runtime);
  if (kept.latest && runtime.now() - kept.latest.at <= maxAgeMs)
    return Promise.resolve(kept.latest);
  const call = {
    signal: kept.closing.signal,
    progress: () => undefined,
    now: runtime.now,
  };
  kept.looking ??= lookAt(runtime.services, runtime, call).finally(() => {
    kept.looking = undefined;
  });
  return kept.looking;
}

/** The same with the addresses of guests, which are read now where they are not known: for who asks about one thing, and can wait for that. */
export async function lookWithAddresses(runtime: Runtime, maxAgeMs = fresh): Promise<Look> {
  const look = await lookOf(runtime, maxAgeMs);
  if (look.gaps.length === 0) return look;
  await guestAddressesOf(runtime).read(look.states, runtime.services);
  return keep(rejoined(look, runtime), runtime);
}

/** Looks at these services, each under its own deadline, so that none holds up the others. */
export async function lookAt(
  services: readonly ConfiguredService[],
  runtime: Runtime,
  call: Call,
): Promise<Look> {
  const at = runtime.now();
  let done = 0;
  const answers = await Promise.all(
    services.map(async (configured) => {
      const state = await stateOf(configured, runtime, call);
      call.progress(`${state.title}: ${state.state.replace('_', ' ')}`, ++done, services.length);
      return state;
    }),
  );
  const states = await withGoneSubjects(answers, runtime);
  const look = lookFrom(at, states, services, runtime);
  if (services.length < runtime.services.length) return look;
  guestAddressesOf(runtime).readLater(states, services);
  return keep(look, runtime);
}

function keep(look: Look, runtime: Runtime): Look {
  looksOf(runtime).latest = look;
  return look;
}

/** What was seen, joined again with what is known by now. */
const rejoined = ({ at, seen }: Look, runtime: Runtime): Look =>
  lookFrom(at, seen, runtime.services, runtime);

function lookFrom(
  at: number,
  seen: readonly ServiceState[],
  services: readonly ConfiguredService[],
  runtime: Runtime,
): Look {
  const addresses = guestAddressesOf(runtime);
  const map = new HomelabMap([...mapParts(seen, services), ...addresses.parts(seen)]);
  return { at, seen, map, gaps: addresses.gaps(seen), ...joined(seen, services, map, runtime) };
}

function joined(
  states: readonly ServiceState[],
  services: readonly ConfiguredService[],
  map: HomelabMap,
  { globals, now }: Runtime,
): Pick<Look, 'states' | 'incidents' | 'silenced'> {
  const silence = states.flatMap((state) =>
    silenceOf(
      state,
      services.find(({ service }) => service.id === state.service),
    ),
  );
  const changed = calmed([...states.flatMap(({ findings }) => findings), ...silence], map);
  const calm = changed.size === 0 ? states : states.map((state) => withCalm(state, changed));
  const silent = silence.flatMap((finding) =>
    changed.has(finding) ? (changed.get(finding) ?? []) : [finding],
  );
  const known = calm.map(({ findings }): readonly KnownFinding[] => findings);
  const heard = audible([...known.flat(), ...silent], map, (id) =>
    isMuted(id, globals.mute, now()),
  );
  return {
    states: calm.map((state, i) => withoutSilent(state, known[i] ?? [], heard)),
    incidents: heard.incidents.filter(
      ({ cause, consequences }) => !cause?.isSilence || consequences.length > 0,
    ),
    silenced: heard.silenced,
  };
}

function withCalm(
  state: ServiceState,
  changed: ReadonlyMap<KnownFinding, KnownFinding | undefined>,
): ServiceState {
  if (!state.findings.some((finding) => changed.has(finding))) return state;
  const findings = state.findings.flatMap((finding) =>
    changed.has(finding) ? (changed.get(finding) ?? []) : [finding],
  );
  return withFindings(state, findings);
}

function withoutSilent(
  state: ServiceState,
  known: readonly KnownFinding[],
  { muted, following }: Audible,
): ServiceState {
  const silent = known.filter((finding) => muted.has(finding)).length;
  const after = known.filter((finding) => following.has(finding)).length;
  if (silent + after === 0) return state;
  const loud = state.findings.filter((_, i) => {
    const finding = known[i];
    return finding !== undefined && !muted.has(finding) && !following.has(finding);
  });
  return { ...withFindings(state, loud), muted: silent, following: after };
}
