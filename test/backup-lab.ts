import { onTestFinished } from 'vitest';
import { day, hour } from '../src/demo/world/clock.ts';
import { createWorld, type World } from '../src/demo/world/index.ts';
import type { ServerSnapshot } from '../src/demo/world/backup-snapshots.ts';
import {
  fakePbs,
  recommended,
  type Acl,
  type FakePbs,
  type Knobs,
  type Token,
} from '../src/services/pbs/fake/index.ts';
import { lab, type Lab } from './harness.ts';

/** A Monday morning, after the nightly backups and their verification. */
export const now = Date.UTC(2026, 10, 23, 9, 30);
export { day, hour };

export interface BackupLab extends Omit<Lab, 'requests' | 'writes'> {
  pbs: FakePbs;
  /** What Lares has sent so far, as `/admin/datastore/main/groups?ns=pve`. */
  asked(): string[];
  // oxlint-disable-next-line no-explicit-any -- tests reach into answers of every shape
  health(): Promise<{ state: any; findings: string[]; text: string; overall: string }>;
}

export interface BackupOptions {
  at?: number;
  change?: ((world: World) => void) | undefined;
  knobs?: Partial<Knobs>;
  env?: Record<string, string | undefined>;
}

/** Lares in front of one backup server whose clock stands still and whose refusals come at once. */
export async function backups({
  at = now,
  change = () => undefined,
  knobs = {},
  env = {},
}: BackupOptions = {}): Promise<BackupLab> {
  const world = createWorld({ now: at });
  change(world);
  const pbs = await fakePbs(world, { rejectDelayMs: 0, forbidDelayMs: 0, ...knobs });
  onTestFinished(() => pbs.close());
  const opened = await lab({ only: [], world, env: { ...pbs.env, ...env } });
  return {
    ...opened,
    pbs,
    asked: () =>
      pbs.requests.map(
        ({ path, query }) =>
          `${path.replace('/api2/json', '')}${query.size > 0 ? `?${decodeURIComponent(String(query))}` : ''}`,
      ),
    async health() {
      const { data, text } = await opened.call('service_health', { service: 'pbs' });
      const [state] = data.services;
      return {
        state,
        text,
        overall: data.overall,
        findings: state.findings.map(
          ({ severity, id }: Record<string, string>) => `${severity} ${id}`,
        ),
      };
    },
  };
}

/** The usual token with other grants; `user` has the same unless told otherwise. */
export const granted = (acl: Acl, user?: Acl): Token => ({
  ...recommended,
  acl,
  ...(user && { user }),
});

/** One backup of a guest of the homelab, made by nobody in particular, so that it stays whatever Proxmox VE says. */
export function snapshot(world: World, fields: Partial<ServerSnapshot>): ServerSnapshot {
  const made: ServerSnapshot = {
    store: 'main',
    namespace: '',
    type: 'host',
    id: 'laptop',
    at: world.now() - hour,
    bytes: 5e9,
    files: ['root.pxar.didx'],
    crypt: 'none',
    owner: 'hosts@pbs!backup',
    comment: null,
    protected: false,
    verification: null,
    damaged: false,
    origin: null,
    ...fields,
  };
  world.backupServer.snapshots.push(made);
  return made;
}

/** Backups of a group, so many hours or days ago, all verified unless told otherwise. */
export function history(
  world: World,
  agesMs: readonly number[],
  fields: Partial<ServerSnapshot> = {},
): ServerSnapshot[] {
  return agesMs.map((age) =>
    snapshot(world, {
      at: world.now() - age,
      protected: true,
      verification: {
        ok: true,
        at: world.now() - age + hour,
        upid: `UPID:pbs:000002BC:000004B4:00000001:${Math.floor((world.now() - age + hour) / 1000)
          .toString(16)
          .toUpperCase()}:verify_group:main\\x3ahost:root@pam:`,
      },
      ...fields,
    }),
  );
}
