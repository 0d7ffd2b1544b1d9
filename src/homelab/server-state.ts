import { idOf, kindOf, type Ref } from '../core/map.ts';
import type { Look } from './look.ts';

/** How one server of a service was in a look. */
export interface ServerState {
  /** `unknown` where nothing says that it works, and nothing that it does not. */
  is: 'up' | 'stopped' | 'unknown';
  /** What follows on its name: `is down`, `refused to answer`. */
  says: string;
}

/** A server that takes no credentials may work for everybody else: only one that gives no answer of its own is stopped. */
export function serverStateIn({ seen, map }: Pick<Look, 'seen' | 'map'>, ref: Ref): ServerState {
  const [service, name] = idOf(ref).split('/');
  const silent = seen
    .find((state) => state.service === service)
    ?.silentInstances?.find((instance) => instance.name === name);
  if (silent)
    return {
      is: ['unreachable', 'down'].includes(silent.state) ? 'stopped' : 'unknown',
      says: silent.verb,
    };
  const state = map.things.get(ref)?.state;
  if (state === 'up') return { is: 'up', says: 'goes on' };
  return state === 'down'
    ? { is: 'stopped', says: 'is down' }
    : { is: 'unknown', says: 'was not seen' };
}

/**
 * The pairs of servers that go, where each other half goes too or is in one of these states.
 * What a pair serves stands on no half by itself, so the map has no link for this.
 */
export function pairsLostWith(
  ref: Ref,
  going: ReadonlySet<Ref>,
  states: readonly ServerState['is'][],
  look: Pick<Look, 'seen' | 'map'>,
): Ref[] {
  const [service = '', name] = idOf(ref).split('/');
  const pair: Ref = `instance/${service}`;
  if (kindOf(ref) !== 'instance' || name === undefined || !look.map.things.has(pair)) return [];
  const isLost = look.map
    .ofKind('instance')
    .filter((thing) => thing.ref.startsWith(`${pair}/`))
    .every((half) => going.has(half.ref) || states.includes(serverStateIn(look, half.ref).is));
  return isLost ? [pair] : [];
}
