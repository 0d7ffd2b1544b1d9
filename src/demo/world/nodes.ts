import { day, type Clock } from './clock.ts';

const GiB = 2 ** 30;

/** A Proxmox node. Fractions are 0..1, sizes bytes, times ms. */
export interface Node {
  name: string;
  nodeId: number;
  ip: string;
  cpuModel: string;
  cores: number;
  threads: number;
  cpuUsage: number;
  ioWait: number;
  load: [number, number, number];
  memoryBytes: number;
  memoryUsedBytes: number;
  swapBytes: number;
  swapUsedBytes: number;
  rootBytes: number;
  rootUsedBytes: number;
  bootedAt: number;
  /** Set while the node is away; `refused` and `timeout` are how the others fail to reach it. */
  offline: { since: number; symptom: 'refused' | 'timeout' } | null;
  pveVersion: string;
  kernel: string;
}

interface Hardware {
  cpuModel: string;
  cores: number;
  threads: number;
  memoryGiB: number;
  rootGiB: number;
}
const mini: Hardware = {
  cpuModel: 'Intel(R) Core(TM) i7-12700T',
  cores: 12,
  threads: 20,
  memoryGiB: 64,
  rootGiB: 96,
};
const big: Hardware = {
  cpuModel: 'AMD EPYC 7402P 24-Core Processor',
  cores: 24,
  threads: 48,
  memoryGiB: 256,
  rootGiB: 200,
};

function node(
  clock: Clock,
  nodeId: number,
  name: string,
  host: number,
  hardware: Hardware,
  cpuUsage: number,
  uptimeDays: number,
): Node {
  const { memoryGiB, rootGiB, ...cpu } = hardware;
  const load = cpuUsage * hardware.threads;
  return {
    name,
    nodeId,
    ip: `10.0.10.${host}`,
    ...cpu,
    cpuUsage,
    ioWait: 0.002,
    load: [load, load * 0.95, load * 0.9],
    memoryBytes: memoryGiB * GiB,
    memoryUsedBytes: Math.round(memoryGiB * GiB * 0.52),
    swapBytes: 8 * GiB,
    swapUsedBytes: 0,
    rootBytes: rootGiB * GiB,
    rootUsedBytes: Math.round(rootGiB * GiB * 0.22),
    bootedAt: clock.now() - uptimeDays * day,
    offline: null,
    pveVersion: '9.2.11',
    kernel: '6.17.9-1-pve',
  };
}

export const createNodes = (clock: Clock): Node[] => [
  node(clock, 1, 'pve-mini1', 11, mini, 0.09, 41),
  node(clock, 2, 'pve-mini3', 13, mini, 0.07, 41),
  node(clock, 3, 'pve-mini5', 15, mini, 0.11, 40),
  node(clock, 4, 'pve-big1', 17, big, 0.18, 62),
];
