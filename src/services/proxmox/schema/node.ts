import * as z from 'zod';
import { Epoch, Flag, maybe, Num } from './envelope.ts';

const Space = z.object({ total: Num, used: Num });

/** `GET /nodes/{node}/status`. Load and clock are strings there; `flags` of the processor is left out. */
export const NodeStatus = z
  .object({
    uptime: Num,
    cpu: maybe(Num),
    wait: maybe(Num),
    loadavg: maybe(z.array(Num)),
    pveversion: z.string(),
    kversion: maybe(z.string()),
    'current-kernel': maybe(z.object({ release: z.string() })),
    cpuinfo: maybe(z.object({ model: z.string(), sockets: Num, cores: Num, cpus: Num })),
    memory: Space,
    swap: maybe(Space),
    rootfs: Space,
  })
  .transform((row) => ({
    uptimeSeconds: row.uptime,
    cpuShare: row.cpu,
    ioWaitShare: row.wait,
    load: row.loadavg,
    version: row.pveversion.split('/')[1] ?? row.pveversion,
    kernel: row['current-kernel']?.release ?? row.kversion?.split(' ')[1],
    cpuModel: row.cpuinfo?.model,
    cores: row.cpuinfo?.cores,
    threads: row.cpuinfo?.cpus,
    memoryBytes: row.memory.used,
    memoryTotalBytes: row.memory.total,
    swapBytes: row.swap?.used,
    swapTotalBytes: row.swap?.total,
    rootBytes: row.rootfs.used,
    rootTotalBytes: row.rootfs.total,
  }));
export type NodeStatus = z.output<typeof NodeStatus>;

/** `GET /nodes/{node}/disks/list`. `wearout` is percent of life LEFT, or `N/A` (pve-storage Diskmanage.pm). */
export const Disk = z
  .object({
    devpath: z.string(),
    type: maybe(z.string()),
    size: maybe(Num),
    model: maybe(z.string()),
    health: maybe(z.string()),
    wearout: maybe(z.union([z.number(), z.string()])),
    used: maybe(z.string()),
  })
  .transform(({ devpath, type, size, model, health, wearout, used }) => ({
    path: devpath,
    type,
    sizeBytes: size,
    model: model?.trim(),
    health: health ?? 'UNKNOWN',
    lifeLeftPercent: Num.safeParse(wearout).data,
    used,
  }));
export type Disk = z.output<typeof Disk>;

/** `GET /nodes/{node}/disks/zfs`. */
export const Pool = z
  .object({ name: z.string(), health: z.string(), size: maybe(Num), alloc: maybe(Num) })
  .transform(({ name, health, size, alloc }) => ({
    name,
    health,
    totalBytes: size,
    usedBytes: alloc,
  }));
export type Pool = z.output<typeof Pool>;

/** `GET /nodes/{node}/apt/update`. */
export const Update = z
  .object({ Package: z.string(), Version: z.string(), OldVersion: maybe(z.string()) })
  .transform(({ Package, Version, OldVersion }) => ({
    name: Package,
    version: Version,
    oldVersion: OldVersion,
  }));

/** `GET /nodes/{node}/replication`: only of guests on that node, those that are switched off too. Times ms; never is a last sync of 0. */
export const Replication = z
  .object({
    id: z.string(),
    guest: Num,
    target: z.string(),
    last_sync: maybe(Epoch),
    fail_count: maybe(Num),
    error: maybe(z.string()),
    disable: Flag,
  })
  .transform(({ id, guest, target, last_sync, fail_count, error, disable }) => ({
    id,
    guest,
    target,
    lastSync: last_sync || undefined,
    disabled: disable,
    failures: fail_count ?? 0,
    error,
  }));
export type Replication = z.output<typeof Replication>;

const Certificate = z.object({
  filename: maybe(z.string()),
  subject: maybe(z.string()),
  notafter: maybe(Epoch),
});

/** `GET /nodes/{node}/certificates/info`: the one that is served, which is the uploaded or ACME one where there is one. Undefined when none is told. */
export const ServedCertificate = z.array(Certificate).transform((certificates) => {
  const served =
    certificates.find(({ filename }) => filename === 'pveproxy-ssl.pem') ??
    certificates.find(({ filename }) => filename === 'pve-ssl.pem');
  return served?.notafter === undefined
    ? undefined
    : { file: served.filename, expiresAt: served.notafter };
});
