import * as z from 'zod';
import { Flag, Num } from './envelope.ts';

/** `GET /version`. */
export const Version = z
  .object({ version: z.string(), release: z.string() })
  .transform(({ version, release }) => ({ version, major: Number.parseInt(release, 10) }));

/** `GET /cluster/status`: the name and quorum of the cluster, undefined on a node that stands alone. */
export const Quorum = z
  .array(z.looseObject({ type: z.string(), name: z.string().optional(), quorate: Flag }))
  .transform((rows) =>
    rows
      .filter(({ type }) => type === 'cluster')
      .map(({ name, quorate }) => ({ name: name ?? 'cluster', quorate }))
      .at(0),
  );

/** A guest under high availability. `sid` is `vm:105` or `ct:101`. */
export interface HaService {
  sid: string;
  state: string;
  requested: string | undefined;
  node: string | undefined;
}

/** `GET /cluster/ha/status/current`: only the rows about guests; newer versions add kinds of rows. */
export const HaServices = z
  .array(
    z.looseObject({
      type: z.string(),
      sid: z.string().optional(),
      state: z.string().optional(),
      crm_state: z.string().optional(),
      request_state: z.string().optional(),
      node: z.string().optional(),
    }),
  )
  .transform((rows): HaService[] =>
    rows.flatMap(({ type, sid, state, crm_state, request_state, node }) =>
      type === 'service' && sid !== undefined
        ? [{ sid, state: state ?? crm_state ?? 'unknown', requested: request_state, node }]
        : [],
    ),
  );

/** `GET /cluster/backup-info/not-backed-up`: guests in no backup job, templates among them. */
export const NotBackedUp = z.array(z.object({ vmid: Num, name: z.string().optional() }));

/** `GET /cluster/backup`: what each job covers. A job is on unless it says otherwise. */
export const BackupJobs = z
  .array(
    z.looseObject({
      id: z.string(),
      enabled: Flag.optional(),
      all: Flag,
      vmid: z.string().optional(),
      pool: z.string().optional(),
      exclude: z.string().optional(),
      schedule: z.string().optional(),
    }),
  )
  .transform((rows) =>
    rows.map(({ id, enabled = true, all, vmid, pool, exclude, schedule }) => ({
      id,
      enabled,
      all,
      vmids: numbers(vmid),
      pool,
      exclude: numbers(exclude),
      schedule,
    })),
  );
export type BackupJob = z.output<typeof BackupJobs>[number];

const numbers = (list: string | undefined): number[] => list?.split(',').map(Number) ?? [];

/** `GET /access/permissions`: a privilege that is a key is granted, whatever its value; 1 hands it down to deeper paths. */
export const Permissions = z.record(z.string(), z.record(z.string(), Num));
export type Permissions = z.output<typeof Permissions>;
