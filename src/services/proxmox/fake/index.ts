import type { FakeService } from '../../../demo/fake-service.ts';
import { loopback, type Loopback } from '../../../demo/loopback.ts';
import { second } from '../../../demo/world/clock.ts';
import type { World } from '../../../demo/world/index.ts';
import { auditor, powerRole, type Token } from './access.ts';
import { Agenda } from './agenda.ts';
import { clusterRoutes } from './cluster.ts';
import { guestRoutes } from './guests.ts';
import { nodeRoutes } from './nodes.ts';
import { powerRoutes } from './power.ts';
import { resources } from './resources.ts';
import type { Cluster, Knobs } from './route.ts';
import { nodeRrd } from './rrd.ts';
import { answerer } from './server.ts';
import { generator } from './shuffle.ts';
import { taskRoutes } from './tasks.ts';
import { Workers } from './workers.ts';

export { auditor, powerRole, type Token } from './access.ts';
export type { Knobs } from './route.ts';

const routes = [
  resources,
  ...clusterRoutes,
  ...nodeRoutes,
  nodeRrd,
  ...taskRoutes,
  ...guestRoutes,
  ...powerRoutes,
];

/** The token that `env` names: auditor everywhere, power over all guests. */
const recommended: Token = {
  id: 'lares@pve!lares',
  secret: '4b0c2c1e-5f0e-4c0e-9d3a-0a1f6f7b8c9d',
  acl: { '/': auditor, '/vms': powerRole },
};

export interface FakeProxmox extends Loopback, FakeService {
  /** What a client needs to reach it with the first token. */
  readonly env: {
    PROXMOX_URL: string;
    PROXMOX_TOKEN_ID: string;
    PROXMOX_TOKEN_SECRET: string;
    PROXMOX_TLS_FINGERPRINT: string;
  };
  /** May be changed while it runs. */
  readonly knobs: Knobs;
}

/** The API of Proxmox VE 9.2 over a world, with its delays: 3 s before a 401, 30 s before a 596. `seed` sets the order of rows and keys. */
export async function fakeProxmox(
  world: World,
  { seed = 1, ...settings }: Partial<Knobs> & { seed?: number } = {},
): Promise<FakeProxmox> {
  const knobs: Knobs = {
    tokens: [structuredClone(recommended)],
    rejectDelayMs: 3 * second,
    proxyTimeoutMs: 30 * second,
    agentTimeoutMs: 3 * second,
    taskPolls: 2,
    haPolls: 3,
    bootPolls: 2,
    ignoresShutdown: 'nobody',
    node: world.nodes[0]?.name ?? '',
    fingerprint: '',
    ...settings,
  };
  const agenda = new Agenda(world.now);
  const cluster: Cluster = {
    world,
    knobs,
    agenda,
    workers: new Workers(world, agenda),
    random: generator(seed),
  };
  const server = await loopback(answerer(cluster, routes), { tls: true });
  knobs.fingerprint = server.fingerprint ?? '';
  const [token = recommended] = knobs.tokens;
  const env = {
    PROXMOX_URL: server.url,
    PROXMOX_TOKEN_ID: token.id,
    PROXMOX_TOKEN_SECRET: token.secret,
    PROXMOX_TLS_FINGERPRINT: knobs.fingerprint,
  };
  return Object.assign(server, { env, knobs, servers: [server] });
}

export { fakeProxmox as fake };
