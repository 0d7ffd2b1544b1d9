import * as z from 'zod';
import { Epoch, maybe, Size } from './envelope.ts';
import { startOf } from './task.ts';

/** A row of `GET …/groups`. No finished backup is a last backup at zero (api2/admin/datastore.rs `backup_group_to_group_list_item`). */
export const Group = z
  .object({
    'backup-type': z.string(),
    'backup-id': z.string(),
    'last-backup': Epoch,
    'backup-count': z.number(),
    owner: maybe(z.string()),
    comment: maybe(z.string()),
  })
  .transform((row) => ({
    type: row['backup-type'],
    id: row['backup-id'],
    lastAt: row['last-backup'] > 0 ? row['last-backup'] : undefined,
    count: row['backup-count'],
    owner: row.owner,
    comment: row.comment || undefined,
  }));
export type Group = z.output<typeof Group>;

/** The schema says strings, the server sends objects. */
const File = z.union([
  z.string().transform((filename) => ({ filename, crypt: undefined })),
  z
    .object({ filename: z.string(), 'crypt-mode': maybe(z.string()) })
    .transform((file) => ({ filename: file.filename, crypt: file['crypt-mode'] })),
]);

const Verification = z
  .object({ state: z.string(), upid: maybe(z.string()) })
  .transform(({ state, upid }) => ({
    ok: state === 'ok',
    at: upid === undefined ? undefined : startOf(upid),
  }));

/** `partly`: some of the files. `signed`: by a key, and readable. `unknown`: its files do not tell. */
export type Encryption = 'encrypted' | 'partly' | 'signed' | 'none' | 'unknown';

/** The log and the index never count, as Proxmox VE has it (PBSPlugin.pm `snapshot_files_encrypted`). A fingerprint alone may be a signature. */
function encryptionOf(files: readonly z.output<typeof File>[]): Encryption {
  const modes = files
    .filter(({ filename }) => !['client.log.blob', 'index.json.blob'].includes(filename))
    .map(({ crypt }) => crypt);
  if (modes.length === 0 || modes.every((mode) => mode === undefined)) return 'unknown';
  if (modes.every((mode) => mode === 'encrypt')) return 'encrypted';
  if (modes.includes('encrypt')) return 'partly';
  return modes.every((mode) => mode === 'sign-only') ? 'signed' : 'none';
}

/** A row of `GET …/snapshots`. Without `bytes` it has no manifest: a backup that runs now, or one that was broken off. Times ms. */
export const Snapshot = z
  .object({
    'backup-type': z.string(),
    'backup-id': z.string(),
    'backup-time': Epoch,
    size: Size,
    files: maybe(z.array(File)),
    verification: maybe(Verification),
    owner: maybe(z.string()),
    comment: maybe(z.string()),
    protected: maybe(z.boolean()),
  })
  .transform((row) => ({
    type: row['backup-type'],
    id: row['backup-id'],
    at: row['backup-time'],
    bytes: row.size,
    verification: row.verification,
    encryption: encryptionOf(row.files ?? []),
    owner: row.owner,
    comment: row.comment || undefined,
    protected: row.protected ?? false,
  }));
export type Snapshot = z.output<typeof Snapshot>;
