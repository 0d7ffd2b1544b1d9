import * as z from 'zod';
import { duration } from '../../../core/base/units.ts';
import { Instance } from '../../../core/instances.ts';
import { write } from '../client.ts';
import { guestTitle, Vmid } from '../lookup.ts';
import { applyPower } from '../power-apply.ts';
import { planPower } from '../power-plan.ts';

const Outcome = z.object({
  instance: Instance,
  vmid: z.int(),
  name: z.string().optional(),
  type: z.enum(['qemu', 'lxc']),
  node: z.string(),
  status: z.string().describe('As observed afterwards'),
  uptimeSeconds: z.number().optional(),
  settled: z.boolean().describe('Whether it was seen in the state it was meant to reach'),
  task: z.string().describe('running, OK or WARNINGS: n'),
  upid: z.string(),
});

function text({
  status,
  uptimeSeconds,
  settled,
  task,
  upid,
  instance,
  ...guest
}: z.output<typeof Outcome>): string {
  const uptime =
    status === 'running' && uptimeSeconds !== undefined ? `, up ${duration(uptimeSeconds)}` : '';
  const state = `${guestTitle(guest)} is ${status} on ${guest.node}${uptime}.`;
  if (settled) return `${state} Task ${task} (${upid}).`;
  const remaining =
    task === 'running'
      ? `Its task still runs${patience(upid)}`
      : `Its task ended (${task}), but the guest has not followed yet`;
  return `${state} ${remaining} (${upid}). get_guest ${JSON.stringify({ vmid: guest.vmid, instance })} shows how it goes on.`;
}

/** A clean shutdown may take a minute, and may be ignored: Proxmox VE then gives up, and the guest goes on running. */
const patience = (upid: string): string =>
  /:(qmshutdown|qmreboot|vzshutdown):/.test(upid)
    ? ': it waits up to 60 s for the guest to shut down, and fails if that does not react'
    : '';

export const guestStart = write({
  name: 'guest_start',
  title: 'Start a guest',
  description: 'Start one VM or container and wait until it runs. Undo: guest_stop.',
  example: { vmid: 'gameserver' },
  risk: 'reversible',
  input: z.strictObject({ vmid: Vmid }),
  output: Outcome,
  plan: async ({ vmid }, clusters) => planPower(clusters, vmid, 'start'),
  apply: async (change, clusters) => applyPower(clusters.on(change.instance), change),
  finished: ({ settled }) => settled,
  text,
});

export const guestStop = write({
  name: 'guest_stop',
  title: 'Stop a guest',
  description:
    'Shut down one VM or container cleanly, or with force at once, and wait until it has stopped. Undo: guest_start.',
  example: { vmid: 30065 },
  risk: 'disruptive',
  input: z.strictObject({
    vmid: Vmid,
    force: z.boolean().default(false).meta({ absent: 'narrow' }).describe('Like pulling the plug'),
  }),
  output: Outcome,
  plan: async ({ vmid, force }, clusters) => planPower(clusters, vmid, force ? 'kill' : 'stop'),
  apply: async (change, clusters) => applyPower(clusters.on(change.instance), change),
  finished: ({ settled }) => settled,
  text,
});

export const guestRestart = write({
  name: 'guest_restart',
  title: 'Restart a guest',
  description:
    'Restart one VM or container cleanly and wait until it runs again. There is no undo.',
  example: { vmid: 30062 },
  risk: 'disruptive',
  input: z.strictObject({ vmid: Vmid }),
  output: Outcome,
  plan: async ({ vmid }, clusters) => planPower(clusters, vmid, 'restart'),
  apply: async (change, clusters) => applyPower(clusters.on(change.instance), change),
  finished: ({ settled }) => settled,
  text,
});
