import type { Runtime } from '../../core/runtime.ts';
import { lookOf } from '../look.ts';
import { mapText } from '../map/map-text.ts';
import type { Look } from '../look.ts';
import type { Gap } from '../../core/gap.ts';

/** Everything that is known and on what it stands. */
export async function mapPage(runtime: Runtime): Promise<string> {
  const look = await lookOf(runtime);
  return mapText(look.map, mapGaps(look));
}

/** Services that told nothing, and what else the map lacks. */
export const mapGaps = ({ states, gaps }: Look): Gap[] => [
  ...states
    .filter(({ answered, state }) => !answered && state !== 'not_configured')
    .map(({ title, state, problem = state }) => ({ what: `what ${title} knows`, why: problem })),
  ...gaps,
];
