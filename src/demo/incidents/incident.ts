import type { World } from '../world/index.ts';

/** Something that happens to the house. `expect` begins the id of the finding it causes; without one it must cause none. */
export interface Incident {
  title: string;
  expect?: string;
  apply(world: World): void;
}
