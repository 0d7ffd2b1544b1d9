import { upidOf } from './backup-tasks.ts';
import type { Base } from './base.ts';
import { day, hour, lastSunday, lastTime } from './clock.ts';

/** `bytes` null: no manifest yet, or never. `origin` is the Proxmox VE task that made it. `damaged` shows at the next verification. */
export interface ServerSnapshot {
  store: string;
  namespace: string;
  type: 'vm' | 'ct' | 'host';
  id: string;
  at: number;
  bytes: number | null;
  files: string[];
  crypt: 'none' | 'encrypt' | 'sign-only';
  owner: string;
  comment: string | null;
  protected: boolean;
  verification: { ok: boolean; at: number; upid: string } | null;
  damaged: boolean;
  origin: string | null;
}

/** Who sends the backups of Proxmox VE. */
export const owner = 'pve@pbs!homelab';

/** What stays of the weeks before: the Sundays. */
export function older(base: Base): ServerSnapshot[] {
  const oldest = lastTime(base.now() - hour, 2, 6);
  return base.guests
    .filter(({ backup }) => backup !== 'none')
    .flatMap((guest, i) => {
      const first =
        guest.backup === 'daily'
          ? lastSunday(oldest - 1, 2)
          : lastSunday(base.now() - hour, 4) - 7 * day;
      return [0, 1, 2, 3]
        .map((weeks): ServerSnapshot => {
          const at = first - weeks * 7 * day + i * 41_000;
          return { ...snapshotOf(guest, at), verification: verifiedAt(at + 4 * hour) };
        })
        .filter(({ at }) => base.now() - at < 35 * day);
    });
}

/** The last backup of a guest that is no more in use, kept on purpose. */
export const keepsake = (base: Base): ServerSnapshot => ({
  ...snapshotOf(base.guest('old-wiki'), base.now() - 280 * day),
  namespace: 'pve/archive',
  protected: true,
  verification: verifiedAt(base.now() - 20 * day),
});

const verifiedAt = (at: number) => ({
  ok: true,
  at,
  upid: upidOf(1, 'verificationjob', 'main:nightly', 'root@pam', at),
});

/** One backup as Proxmox VE makes it, encrypted on the node. */
export function snapshotOf(
  guest: Pick<Base['guests'][number], 'vmid' | 'name' | 'type' | 'diskBytes' | 'diskUsedBytes'>,
  at: number,
): ServerSnapshot {
  const isVm = guest.type === 'qemu';
  return {
    store: 'main',
    namespace: 'pve',
    type: isVm ? 'vm' : 'ct',
    id: String(guest.vmid),
    at,
    bytes: isVm ? guest.diskBytes : guest.diskUsedBytes,
    files: isVm
      ? ['drive-scsi0.img.fidx', 'qemu-server.conf.blob']
      : ['root.pxar.didx', 'catalog.pcat1.didx', 'pct.conf.blob'],
    crypt: 'encrypt',
    owner,
    comment: guest.name,
    protected: false,
    verification: null,
    damaged: false,
    origin: null,
  };
}

/** Until when a snapshot stays: seven days until the next night is over, and five weeks for a Sunday, which is what `keep-daily 7, keep-weekly 4` leaves. */
export function keptUntil({ at, protected: kept }: ServerSnapshot): number {
  if (kept) return Infinity;
  return at + (new Date(at).getUTCDay() === 0 ? 35 * day : 7 * day + hour);
}

export const isKept = (snapshot: ServerSnapshot, now: number): boolean => now < keptUntil(snapshot);
