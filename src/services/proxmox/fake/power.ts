import { second } from '../../../demo/world/clock.ts';
import type { Guest } from '../../../demo/world/guests.ts';
import { isRunning } from './figures.ts';
import { guestOf } from './guests.ts';
import { boolean, integer, string, type Parameters } from './parameters.ts';
import { badParameters, died } from './problem.ts';
import type { Call, Route } from './route.ts';
import { halt, haRequest, launch, reacts, run, unlocked } from './power-effects.ts';

const skiplock = { ...boolean, root: true };
const stopParameters: Parameters = {
  skiplock,
  timeout: integer,
  keepActive: boolean,
  migratedfrom: string,
  'overrule-shutdown': boolean,
};
const kinds = {
  qemu: {
    start: {
      skiplock,
      timeout: integer,
      'force-cpu': string,
      machine: string,
      migratedfrom: string,
    },
    stop: stopParameters,
    shutdown: { skiplock, timeout: integer, forceStop: boolean, keepActive: boolean },
    reboot: { timeout: integer },
    reset: { skiplock },
    suspend: { skiplock, todisk: boolean, statestorage: string },
    resume: { skiplock, nocheck: boolean },
  },
  lxc: {
    start: { skiplock, debug: boolean },
    stop: { skiplock, 'overrule-shutdown': boolean },
    shutdown: { timeout: integer, forceStop: boolean },
    reboot: { timeout: integer },
    suspend: {},
    resume: {},
  },
} satisfies Record<string, Record<string, Parameters>>;

const operations: Record<string, (call: Call, guest: Guest) => string> = {
  start,
  stop,
  shutdown,
  reboot,
  reset,
  suspend,
  resume,
};

/** POST …/status/{operation}: each answers with a UPID at once, its outcome is the task's. */
export const powerRoutes: Route[] = (['qemu', 'lxc'] as const).flatMap((type) =>
  Object.entries<Parameters>(kinds[type]).map(([operation, parameters]): Route => ({
    method: 'POST',
    path: `/nodes/{node}/${type}/{vmid}/status/${operation}`,
    needs: ['/vms/{vmid}', 'VM.PowerMgmt'],
    parameters,
    forwarded: true,
    run: (call) => operations[operation]?.(call, guestOf(call, type)),
  })),
);

/** A VM that runs already fails in its task, a container at once. Starting needs quorum. */
function start(call: Call, guest: Guest): string {
  const { cluster } = call;
  const isVm = guest.type === 'qemu';
  if (!isVm && isRunning(guest)) throw died(`CT ${guest.vmid} already running`);
  if (!cluster.world.proxmox.cluster.quorate) throw died('cluster not ready - no quorum?');
  if (guest.ha) return haRequest(call, guest, 'started');
  return run(call, guest, isVm ? 'qmstart' : 'vzstart', 3, () => {
    if (guest.template) throw died(`you can't start a ${isVm ? 'vm' : 'CT'} if it's a template`);
    // A VM that is being backed up is resumed in the process that the backup has.
    if (isVm && guest.lock === 'backup' && isRunning(guest)) return;
    if (guest.lock !== 'suspended' && guest.lock !== 'mounted') unlocked(guest);
    if (isRunning(guest)) throw died(`VM ${guest.vmid} already running`);
    launch(cluster, guest);
  });
}

/** Stopping a stopped VM is fine, a stopped container is an error. */
function stop(call: Call, guest: Guest): string {
  const {
    cluster: { workers },
    values,
  } = call;
  if (guest.type === 'lxc' && !isRunning(guest)) throw died(`CT ${guest.vmid} not running`);
  const overrules = values.flag('overrule-shutdown');
  if (guest.ha && overrules)
    throw badParameters({ 'overrule-shutdown': 'Not applicable for HA resources.' });
  if (guest.ha) return haRequest(call, guest, 'stopped');
  const busy = workers.on(String(guest.vmid));
  if (overrules && busy && busy.type.endsWith('shutdown')) workers.abort(busy);
  return run(call, guest, guest.type === 'qemu' ? 'qmstop' : 'vzstop', 2, () => {
    unlocked(guest);
    halt(guest);
  });
}

function shutdown(call: Call, guest: Guest): string {
  const { values, cluster } = call;
  const isVm = guest.type === 'qemu';
  const forced = values.flag('forceStop');
  if (!isVm && !isRunning(guest)) throw died(`CT ${guest.vmid} not running`);
  if (isVm && guest.status === 'paused' && !forced) throw died('VM is paused - cannot shutdown');
  if (guest.ha) return haRequest(call, guest, 'stopped');
  const obeys = reacts(cluster, guest);
  return run(
    call,
    guest,
    isVm ? 'qmshutdown' : 'vzshutdown',
    obeys ? 6 : values.number('timeout', 60),
    () => {
      unlocked(guest);
      if (isRunning(guest) && !obeys && !forced)
        throw died(isVm ? 'VM quit/powerdown failed - got timeout' : 'container did not stop');
      halt(guest);
    },
  );
}

/** The task of a VM ends when it is down, and the VM comes back later; a container is back, and was killed if need be, when its task ends. */
function reboot(call: Call, guest: Guest): string {
  const { values, cluster } = call;
  const { agenda, knobs } = cluster;
  if (!isRunning(guest)) throw died(`VM ${guest.vmid} not running`);
  const obeys = reacts(cluster, guest);
  if (guest.type === 'lxc')
    return run(call, guest, 'vzreboot', obeys ? 8 : values.number('timeout', 60), () => {
      unlocked(guest);
      halt(guest);
      launch(cluster, guest);
    });
  return run(call, guest, 'qmreboot', obeys ? 6 : values.number('timeout', 60), () => {
    unlocked(guest);
    if (!obeys) throw died('VM quit/powerdown failed - got timeout');
    halt(guest);
    agenda.after(knobs.bootPolls, 4 * second, () => {
      if (!isRunning(guest)) launch(cluster, guest);
    });
  });
}

/** The process goes on, so the uptime does too. */
function reset(call: Call, guest: Guest): string {
  if (!isRunning(guest)) throw died(`VM ${guest.vmid} not running`);
  return run(call, guest, 'qmreset', 1, () => {
    unlocked(guest);
    guest.status = 'running';
  });
}

function suspend(call: Call, guest: Guest): string {
  const isVm = guest.type === 'qemu';
  if (!isRunning(guest)) throw died(`${isVm ? 'VM' : 'CT'} ${guest.vmid} not running`);
  const toDisk = call.values.flag('todisk');
  return run(call, guest, isVm ? 'qmsuspend' : 'vzsuspend', 2, () => {
    unlocked(guest);
    if (isVm && !toDisk) guest.status = 'paused';
    else halt(guest);
    if (toDisk) guest.lock = 'suspended';
  });
}

function resume(call: Call, guest: Guest): string {
  const { cluster } = call;
  if (guest.type === 'lxc' && isRunning(guest)) throw died(`CT ${guest.vmid} already running`);
  if (guest.type === 'qemu' && !isRunning(guest) && guest.lock !== 'suspended')
    throw died(`VM ${guest.vmid} not running`);
  return run(call, guest, guest.type === 'qemu' ? 'qmresume' : 'vzresume', 1, () => {
    if (isRunning(guest)) guest.status = 'running';
    else launch(cluster, guest);
  });
}
