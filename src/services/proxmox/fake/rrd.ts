import type { Guest } from '../../../demo/world/guests.ts';
import type { Node } from '../../../demo/world/nodes.ts';
import { isRunning } from './figures.ts';
import { oneOf } from './parameters.ts';
import { seconds, type Call, type Route } from './route.ts';

/** Rows and seconds between them by timeframe, as PVE 9 answers (pve-cluster RRD.pm). */
const frames: Record<string, [rows: number, step: number]> = {
  hour: [60, 60],
  day: [1440, 60],
  week: [336, 1800],
  month: [1440, 1800],
  year: [1440, 21_600],
  decade: [570, 604_800],
};

export const nodeRrd: Route = {
  method: 'GET',
  path: '/nodes/{node}/rrddata',
  needs: ['/nodes/{node}', 'Sys.Audit'],
  parameters: {
    timeframe: { ...oneOf('hour', 'day', 'week', 'month', 'year', 'decade'), required: true },
    cf: oneOf('AVERAGE', 'MAX'),
  },
  run: (call) => history(call, call.path.node ?? '', (node, wave) => nodeValues(node, wave)),
};

export const rrd = (call: Call, guest: Guest): unknown =>
  history(call, guest.node, (_, wave) => guestValues(guest, wave));

/** One row a step, oldest first. Nothing is known of the time a node was away, nor yet of the latest step. */
function history(
  { values, cluster: { world } }: Call,
  nodeName: string,
  row: (node: Node, wave: number) => object,
): unknown {
  const [rows, step] = frames[values.text('timeframe')] ?? [0, 1];
  const node = world.node(nodeName);
  const newest = Math.floor(seconds(world.now()) / step) * step;
  return Array.from({ length: rows }, (_, position) => {
    const time = newest - (rows - 1 - position) * step;
    const blind =
      position === rows - 1 || (node.offline !== null && time >= seconds(node.offline.since));
    return blind ? { time } : { time, ...row(node, 1 + 0.2 * Math.sin(time / 5400)) };
  });
}

const calm = {
  pressurecpusome: 0.4,
  pressureiosome: 0,
  pressureiofull: 0,
  pressurememorysome: 0,
  pressurememoryfull: 0,
};

const nodeValues = (node: Node, wave: number): object => ({
  ...calm,
  cpu: node.cpuUsage * wave,
  maxcpu: node.threads,
  iowait: node.ioWait,
  loadavg: node.load[0] * wave,
  memtotal: node.memoryBytes,
  memused: node.memoryUsedBytes * (0.95 + wave / 20),
  memavailable: node.memoryBytes - node.memoryUsedBytes,
  arcsize: node.memoryBytes / 16,
  swaptotal: node.swapBytes,
  swapused: node.swapUsedBytes,
  roottotal: node.rootBytes,
  rootused: node.rootUsedBytes,
  netin: 80_000 * wave,
  netout: 250_000 * wave,
});

function guestValues(guest: Guest, wave: number): object {
  const live = isRunning(guest) ? wave : 0;
  return {
    ...calm,
    pressurecpufull: 0,
    cpu: guest.cpuUsage * live,
    maxcpu: guest.cores,
    mem: guest.memoryUsedBytes,
    maxmem: guest.memoryBytes,
    disk: guest.type === 'qemu' ? 0 : guest.diskUsedBytes,
    maxdisk: guest.diskBytes,
    netin: 1300 * live,
    netout: 900 * live,
    diskread: 400 * live,
    diskwrite: 26_000 * live,
    ...(guest.type === 'qemu' ? { memhost: guest.memoryUsedBytes * 1.08 } : {}),
  };
}
