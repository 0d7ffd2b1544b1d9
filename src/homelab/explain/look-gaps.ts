import type { Gap } from '../../core/gap.ts';
import type { Runtime } from '../../core/runtime.ts';
import type { Look } from '../look.ts';
import type { ServiceState } from '../service-state.ts';

/** What a look does not know, and services that nobody asked. */
export function gapsOf(look: Look, runtime: Pick<Runtime, 'only'>): Gap[] {
  const off = look.states
    .filter(({ state }) => state === 'not_configured')
    .map(({ title }) => title);
  return [
    ...missedIn(look, runtime),
    ...(off.length > 0 ? [{ what: off.join(', '), why: 'not configured' }] : []),
  ];
}

/** What this caller may not see, silent services, and parts of others that were not read. */
export const missedIn = ({ states, gaps }: Look, { only }: Pick<Runtime, 'only'>): Gap[] => [
  ...(only
    ? [{ what: 'everything else', why: `this caller sees only ${only.join(', ') || 'nothing'}` }]
    : []),
  ...states.flatMap(silence),
  ...states.flatMap(parts),
  ...gaps,
];

function silence({ title, state, problem, answered, silentInstances = [] }: ServiceState): Gap[] {
  if (answered || state === 'not_configured')
    return silentInstances.map(({ name, verb }) => ({ what: `${title} ${name}`, why: verb }));
  return [{ what: title, why: problem ?? state.replace('_', ' ') }];
}

/** Each reason once, with all that it keeps from being known. */
function parts({ title, gaps }: ServiceState): Gap[] {
  const byReason = new Map<string, string[]>();
  for (const { what, why, extra } of gaps) {
    if (extra) continue;
    const known = byReason.get(why);
    if (known) known.push(what);
    else byReason.set(why, [what]);
  }
  return [...byReason].map(([why, parts]) => ({ what: `${title}: ${parts.join(', ')}`, why }));
}
