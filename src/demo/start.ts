import { services } from '../services/index.ts';
import type { FakeService, StartFake } from './fake-service.ts';
import { createWorld, type World } from './world/index.ts';

export interface Demo {
  world: World;
  fakes: ReadonlyMap<string, FakeService>;
  /** The variables that point Lares, or any other program, at this homelab. */
  env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the fakes of the named services (all of them by default) over one world, each on its own loopback socket. */
export async function startDemo({
  world = createWorld(),
  only,
}: { world?: World; only?: readonly string[] } = {}): Promise<Demo> {
  const chosen = services.filter(({ id }) => only === undefined || only.includes(id));
  const fakes = new Map(
    await Promise.all(
      chosen.map(async ({ id }): Promise<[string, FakeService]> => {
        const { fake } = (await import(`../services/${id}/fake/index.ts`)) as { fake: StartFake };
        return [id, await fake(world)];
      }),
    ),
  );
  return {
    world,
    fakes,
    env: Object.assign({}, ...[...fakes.values()].map(({ env }) => env)) as Record<string, string>,
    close: async () => {
      await Promise.all([...fakes.values()].map((fake) => fake.close()));
    },
  };
}
