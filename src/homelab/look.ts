import { isMuted } from '../core/config/globals.ts';
import type { Call } from '../core/http/index.ts';
import type { ConfiguredService, Runtime } from '../core/runtime.ts';
import { withGoneSubjects } from './gone-subjects.ts';
import type { Incident } from './incidents/incident.ts';
import type { KnownFinding } from './incidents/known-finding.ts';
import { audible, type Audible } from './incidents/muted.ts';
import { knownFinding, silenceOf } from './incidents/silence.ts';
import { HomelabMap } from './map/map.ts';
import { mapParts } from './map/parts.ts';
import { stateOf, withFindings, type ServiceState } from './service-state.ts';

/** Services as they were seen at one moment, and what follows from what in them. */
export interface Look {
  /** Milliseconds since the epoch. */
  at: number;
  /** Without what is muted. */
  states: readonly ServiceState[];
  map: HomelabMap;
  incidents: readonly Incident<KnownFinding>[];
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
  const map = new HomelabMap(mapParts(states, services));
  return { at, map, ...joined(states, services, map, runtime) };
}

function joined(
  states: readonly ServiceState[],
  services: readonly ConfiguredService[],
  map: HomelabMap,
  { globals, now }: Runtime,
): Pick<Look, 'states' | 'incidents'> {
  const known = states.map((state) => state.findings.map(knownFinding));
  const silence = states.flatMap((state) =>
    silenceOf(
      state,
      services.find(({ service }) => service.id === state.service),
    ),
  );
  const heard = audible([...known.flat(), ...silence], map, (id) =>
    isMuted(id, globals.mute, now()),
  );
  return {
    states: states.map((state, i) => withoutSilent(state, known[i] ?? [], heard)),
    incidents: heard.incidents.filter(
      ({ cause, consequences }) => !cause?.isSilence || consequences.length > 0,
    ),
  };
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
