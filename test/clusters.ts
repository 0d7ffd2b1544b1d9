import { onTestFinished } from 'vitest';
import { lab, type Lab } from './harness.ts';
import { createWorld, type World } from '../src/demo/world/index.ts';
import { fakeProxmox, type FakeProxmox, type Knobs } from '../src/services/proxmox/fake/index.ts';

/** A Monday morning, after the nightly backups. */
export const now = Date.UTC(2026, 10, 23, 9, 30);

export interface ClusterLab extends Omit<Lab, 'requests' | 'writes'> {
  pve: FakeProxmox;
  /** What Lares has sent so far, as `GET /cluster/resources`. */
  paths(): string[];
}

export interface ClusterOptions {
  change?: (world: World) => void;
  knobs?: Partial<Knobs>;
  env?: Record<string, string | undefined>;
}

/** Lares in front of one Proxmox VE cluster whose clock stands still; a 401, a silent node and a silent agent answer at once. */
export async function cluster({
  change = () => undefined,
  knobs = {},
  env = {},
}: ClusterOptions = {}): Promise<ClusterLab> {
  const world = createWorld({ now });
  change(world);
  const pve = await fakeProxmox(world, {
    rejectDelayMs: 0,
    proxyTimeoutMs: 0,
    agentTimeoutMs: 0,
    ...knobs,
  });
  onTestFinished(() => pve.close());
  const opened = await lab({ only: [], world, env: { PROXMOX_POLL_MS: '1', ...pve.env, ...env } });
  return {
    ...opened,
    pve,
    paths: () =>
      pve.requests.map(({ method, path }) => `${method} ${path.replace('/api2/json', '')}`),
  };
}

/** A token with these grants and no others. */
export const tokenWith = (acl: Record<string, readonly string[]>): Pick<Knobs, 'tokens'> => ({
  tokens: [{ id: 'lares@pve!narrow', secret: '5f0e4c0e-0000-4000-8000-9d3a0a1f6f7b', acl }],
});
