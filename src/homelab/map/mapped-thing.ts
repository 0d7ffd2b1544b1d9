import type { Link, Thing } from '../../core/map.ts';

/** One service's part of the map. */
export interface MapPart {
  /** The title of the service. */
  by: string;
  things: readonly Thing[];
  /** Some of its instances did not answer, so there may be more. */
  partial?: boolean | undefined;
}

/** A link, and the services that say so; none where it was joined by a name. */
export interface MappedLink extends Link {
  by?: string[] | undefined;
}

/** A thing as all services together know it. `by`: the services that speak of it, by their titles. */
export interface MappedThing extends Thing {
  links: MappedLink[];
  by: string[];
  aliases?: string[] | undefined;
}
