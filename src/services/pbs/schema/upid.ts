/** `UPID:node:pid:pstart:task_id:starttime:type:id:user:`, one field more than in Proxmox VE (proxmox-schema upid.rs). */
const shape =
  /^UPID:[^:]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8,16}:([0-9A-Fa-f]{8}):[^:\s]+:[^:\s]*:[^:\s]+:$/;

/** When a task started, in ms: for verifications the only place where that stands. */
export function startOf(upid: string): number | undefined {
  const start = shape.exec(upid)?.[1];
  return start === undefined ? undefined : Number.parseInt(start, 16) * 1000;
}
