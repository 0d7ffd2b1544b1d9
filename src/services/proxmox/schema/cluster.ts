import * as z from 'zod';
import { Flag, FlagUnlessOff, maybe, Num } from './envelope.ts';

/** `GET /version`. */
export const Version = z
  .object({ version: z.string(), release: z.string() })
  .transform(({ version, release }) => ({ version, major: Number.parseInt(release, 10) }));

/** `GET /cluster/status`: the name and quorum of the cluster, undefined on a node that stands alone, and the addresses that nodes reach each other at. */
export const ClusterStatus = z
  .array(
    z.looseObject({
      type: z.string(),
      name: maybe(z.string()),
      quorate: Flag,
      ip: maybe(z.string()),
    }),
  )
  .transform((rows) => ({
    quorum: rows
      .filter(({ type }) => type === 'cluster')
      .map(({ name, quorate }) => ({ name: name ?? 'cluster', quorate }))
      .at(0),
    nodes: rows.flatMap(({ type, name, ip }) =>
      type === 'node' && name !== undefined && ip !== undefined
        ? [{ node: name, address: ip }]
        : [],
    ),
  }));
export type ClusterStatus = z.output<typeof ClusterStatus>;

/** A guest under high availability. `sid` is `vm:105` or `ct:101`. */
export interface HaService {
  sid: string;
  state: string;
  requested: string | undefined;
  node: string | undefined;
}

/** What is wrong with a part of HA in its own words, by node. A master that was never elected has no row. */
export interface HaStatus {
  services: HaService[];
  master: { node: string; problem: string | undefined } | undefined;
  /** The agents that carry out on each node what the master decides. */
  agents: { node: string; problem: string | undefined }[];
}

/** Whoever works says when it last did; what is older than half a minute has stopped (PVE/API2/HA/Status.pm). */
const deadParts = /old timestamp - dead\?|unable to read lrm status|detected time drift!/;

/** `GET /cluster/ha/status/current`: newer versions add kinds of rows. */
export const HaStatus = z
  .array(
    z.looseObject({
      type: z.string(),
      sid: maybe(z.string()),
      state: maybe(z.string()),
      crm_state: maybe(z.string()),
      request_state: maybe(z.string()),
      node: maybe(z.string()),
      status: maybe(z.string()),
    }),
  )
  .transform((rows): HaStatus => {
    const parts = (kind: string): HaStatus['agents'] =>
      rows.flatMap(({ type, node, status = '' }) =>
        type === kind && node !== undefined ? [{ node, problem: deadParts.exec(status)?.[0] }] : [],
      );
    return {
      services: rows.flatMap(({ type, sid, state, crm_state, request_state, node }) =>
        type === 'service' && sid !== undefined
          ? [{ sid, state: state ?? crm_state ?? 'unknown', requested: request_state, node }]
          : [],
      ),
      master: parts('master')[0],
      agents: parts('lrm'),
    };
  });

/** Why nobody decides for the guests under HA, undefined where somebody does. */
export function masterProblem({ master }: HaStatus): string | undefined {
  if (!master) return 'there is no master';
  return master.problem === undefined ? undefined : `master ${master.node}: ${master.problem}`;
}

/** `GET /cluster/backup-info/not-backed-up`: guests in no backup job, templates among them. */
export const NotBackedUp = z.array(z.object({ vmid: Num, name: maybe(z.string()) }));

/** `GET /cluster/backup`: what each job covers. A job is on unless it says otherwise. */
export const BackupJobs = z
  .array(
    z.looseObject({
      id: z.string(),
      enabled: FlagUnlessOff,
      all: Flag,
      vmid: maybe(z.string()),
      storage: maybe(z.string()),
      pool: maybe(z.string()),
      exclude: maybe(z.string()),
      schedule: maybe(z.string()),
    }),
  )
  .transform((rows) =>
    rows.map(({ id, enabled, all, vmid, storage, pool, exclude, schedule }) => ({
      id,
      enabled,
      all,
      vmids: numbers(vmid),
      storage,
      pool,
      exclude: numbers(exclude),
      schedule,
    })),
  );
export type BackupJob = z.output<typeof BackupJobs>[number];

const numbers = (list: string | undefined): number[] => list?.split(',').map(Number) ?? [];

/** `GET /access/permissions`: a privilege that is a key is granted, whatever its value; 1 hands it down to deeper paths. */
export const Permissions = z.record(
  z.string(),
  z
    .record(
      z.string(),
      Num.nullish().transform((value) => value ?? 0),
    )
    .nullish()
    .transform((granted) => granted ?? {}),
);
export type Permissions = z.output<typeof Permissions>;
