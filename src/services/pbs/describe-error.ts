import type { ClientOptions } from '../../core/http/index.ts';
import { grantCommand } from './rights.ts';

type Refusal = Parameters<NonNullable<ClientOptions['describeError']>>[0];

/** Refusals are plain text, whatever their content type says, and the status line holds nothing but the usual words. */
export function describeError({ status, reason: words, text, target }: Refusal): {
  reason: string;
  hint?: string | undefined;
  denied?: boolean;
} {
  const message = /^\s*[<{]/.test(text) ? '' : text.replace(/\s+/g, ' ').trim().slice(0, 300);
  const reason = message || words;
  if (status === 401)
    return {
      reason,
      hint: 'Check PBS_TOKEN_ID (USER@REALM!TOKEN) and PBS_TOKEN_SECRET. The token may be unknown, disabled or expired, or its user may be. Proxmox Backup Server does not say which.',
    };
  return {
    reason,
    hint: permission(status, message, target) ?? fault(message),
    denied: status === 403 || lacksPrivilege.test(message),
  };
}

/** Some handlers look at privileges themselves, and refuse with a 400. */
const lacksPrivilege =
  /\b(?:missing permissions|permission check failed|task access not allowed)\b/i;

function permission(status: number, message: string, target: string): string | undefined {
  const [, privileges, where] =
    /missing (?:permissions )?'?([\w.|]+)'? on '?(\/[^\s']*)/.exec(message) ?? [];
  if (privileges && where)
    return `The token lacks ${privileges.replaceAll('|', ' or ')} on ${where}. On the server: ${grantCommand(privileges)}. A grant on a deeper path replaces those above it.`;
  if (status === 403 || message.includes('task access not allowed'))
    return `The token lacks ${target.startsWith('/nodes/') ? 'Sys.Audit' : 'Datastore.Audit'}. On the server: ${grantCommand('Sys.Audit')}`;
  return undefined;
}

const faults: readonly [RegExp, string][] = [
  [/^no such datastore/, 'pbs_list_datastores names those there are.'],
  [/is not mounted/, 'It is a removable datastore: its disk is away, or has to be mounted.'],
  [
    /maintenance mode|is being (deleted|unmounted)/,
    'Somebody set it so (Datastore, Options, Maintenance mode).',
  ],
  [
    /^parameter verification failed/,
    'This version does not know that parameter. Please report it with the version.',
  ],
];

/** Nearly everything that goes wrong is a 400, failing disks too. */
const fault = (message: string): string | undefined =>
  faults.find(([pattern]) => pattern.test(message))?.[1] ??
  (message ? 'The task log and the journal of the server should say more.' : undefined);
