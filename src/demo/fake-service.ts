import type { Loopback } from './loopback.ts';
import type { World } from './world/index.ts';

/** One service in memory, running. `services/<id>/fake.ts` exports `fake`, which starts it over a world. */
export interface FakeService {
  /** The variables that point Lares at it. */
  readonly env: Readonly<Record<string, string>>;
  /** Its servers, one an instance, for reading their journals and breaking them. */
  readonly servers: readonly Loopback[];
  close(): Promise<void>;
}

export type StartFake = (world: World) => Promise<FakeService>;
