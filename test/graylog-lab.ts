import { incidents } from '../src/demo/incidents/index.ts';
import { createWorld, type World } from '../src/demo/world/index.ts';
import { lab, type Lab } from './harness.ts';

/** When the tests of Graylog play. */
export const now = Date.UTC(2026, 10, 23, 9, 30);

/** One row of what `service_health` finds. */
export interface Row {
  id: string;
  severity: string;
  message: string;
  since?: string;
  evidence?: string;
  next: { tool: string; arguments: object };
}

export const graylogLab = (
  world: World = createWorld({ now }),
  env: Record<string, string | undefined> = {},
): Promise<Lab> => lab({ only: ['graylog'], world, env });

/** What health says of Graylog after something has happened to the world. */
export async function healthAfter(
  happen: (world: World) => void,
  env: Record<string, string | undefined> = {},
): Promise<{ findings: Row[]; text: string; lab: Lab }> {
  const homelab = await graylogLab(createWorld({ now }), env);
  happen(homelab.world);
  const { data, text } = await homelab.call('service_health', { service: 'graylog' });
  return { findings: data.services[0].findings, text, lab: homelab };
}

export const incident =
  (name: string) =>
  (world: World): void =>
    incidents[name]?.apply(world);
