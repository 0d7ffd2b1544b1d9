import { died } from './problem.ts';
import { answeringNode, seconds, type Call } from './route.ts';
import { Unordered } from './shuffle.ts';

/** Every node answers for its own guests, under a cluster lock. */
export function replications(call: Call): unknown {
  const {
    values,
    access,
    cluster: { world },
  } = call;
  if (!world.proxmox.cluster.quorate)
    throw died(`cfs-lock 'file-replication_cfg' error: no quorum!`);
  const source = answeringNode(call).name;
  const own = world.proxmox.replications.filter(
    ({ guest }) =>
      world.guest(guest).node === source &&
      access.has(`/vms/${guest}`, 'VM.Audit') &&
      (!values.has('guest') || guest === values.number('guest')),
  );
  return new Unordered(
    own.map((job) => ({
      id: `${job.guest}-0`,
      type: 'local',
      guest: job.guest,
      jobnum: 0,
      vmtype: world.guest(job.guest).type,
      source,
      target: job.target,
      schedule: job.schedule,
      last_sync: seconds(job.lastSync),
      last_try: seconds(job.lastTry),
      next_sync: seconds(job.nextSync),
      fail_count: job.failCount,
      error: job.error ?? undefined,
      disable: job.disabled ? 1 : undefined,
      duration: job.durationSeconds,
    })),
  );
}
