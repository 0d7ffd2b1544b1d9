import type { FakeService } from '../../../demo/fake-service.ts';
import { loopback, type Loopback } from '../../../demo/loopback.ts';
import { second } from '../../../demo/world/clock.ts';
import type { World } from '../../../demo/world/index.ts';
import type { Token } from './access.ts';
import { backupRoutes } from './backups.ts';
import { datastoreRoutes } from './datastores.ts';
import { jobRoutes } from './jobs.ts';
import { nodeRoutes } from './node.ts';
import type { Knobs } from './route.ts';
import { answerer } from './server.ts';
import { taskRoutes } from './tasks.ts';

export type { Acl, Token } from './access.ts';
export type { Knobs } from './route.ts';

/** The token that `env` names, with the grants the README asks for. */
export const recommended: Token = {
  id: 'lares@pbs!lares',
  secret: '0d3c5a52-8d0e-4c86-9a3e-9b7a3c1f5e21',
  acl: { '/': ['Audit'], '/remote': ['RemoteAudit'] },
};

export interface FakePbs extends Loopback, FakeService {
  readonly env: {
    PBS_URL: string;
    PBS_TOKEN_ID: string;
    PBS_TOKEN_SECRET: string;
    PBS_TLS_FINGERPRINT: string;
  };
  readonly knobs: Knobs;
}

/** The read half of the API of Proxmox Backup Server 4.2 (or 3.x) over a world, with its delays: 3 s before a 401, half a second before a 403. */
export async function fakePbs(world: World, settings: Partial<Knobs> = {}): Promise<FakePbs> {
  const knobs: Knobs = {
    tokens: [structuredClone(recommended)],
    version: world.backupServer.version,
    rejectDelayMs: 3 * second,
    forbidDelayMs: 500,
    historyPoints: 1_440,
    fingerprint: '',
    ...settings,
  };
  const server = await loopback(
    answerer(world, knobs, [
      ...nodeRoutes,
      ...datastoreRoutes,
      ...backupRoutes,
      ...jobRoutes,
      ...taskRoutes,
    ]),
    { tls: true },
  );
  knobs.fingerprint = server.fingerprint ?? '';
  const [token = recommended] = knobs.tokens;
  const env = {
    PBS_URL: server.url,
    PBS_TOKEN_ID: token.id,
    PBS_TOKEN_SECRET: token.secret,
    PBS_TLS_FINGERPRINT: knobs.fingerprint,
  };
  return Object.assign(server, { env, knobs, servers: [server] });
}

export { fakePbs as fake };
