import { isObject, parseJson } from '../../core/base/json.ts';
import type { ClientOptions } from '../../core/http/index.ts';
import { grantCommand } from './rights.ts';

type Refusal = Parameters<NonNullable<ClientOptions['describeError']>>[0];

/** The reason of a refusal stands in the status line; newer versions repeat it in the body, and only there are the wrong parameters named. */
export function describeError(refusal: Refusal): { reason: string; hint: string | undefined } {
  const { message, errors } = body(refusal.text);
  const reason = [refusal.reason || message, errors].filter(Boolean).join(' ');
  if (refusal.status >= 595) return silentNode(refusal);
  if (refusal.status === 401)
    return {
      reason,
      hint: 'Check PROXMOX_TOKEN_ID (USER@REALM!TOKEN) and PROXMOX_TOKEN_SECRET. The token may be unknown, disabled or expired. Proxmox does not say which.',
    };
  return {
    reason,
    hint: refusal.status === 403 ? permission(reason) : fault(reason, refusal.target),
  };
}

function body(text: string): { message: string; errors: string } {
  const parsed = parseJson(text);
  const { message, errors } = isObject(parsed) ? parsed : {};
  return {
    message: typeof message === 'string' ? message.trim() : '',
    errors: isObject(errors)
      ? Object.entries(errors)
          .map(([name, problem]) => `${name}: ${String(problem)}`)
          .join('; ')
      : '',
  };
}

/** 595 to 599 are AnyEvent's own: the node that was asked could not reach the one the question is about. Their bodies are empty. */
function silentNode({ status, reason, target }: Refusal): { reason: string; hint: string } {
  const node = /^\/nodes\/([^/?]+)/.exec(target)?.[1] ?? 'that is asked for';
  if (/certificate/i.test(reason))
    return {
      reason: `node ${node} shows a certificate the cluster does not know (${reason})`,
      hint: `Is that its name in the cluster? If it is, run \`pvecm updatecerts\` on ${node}.`,
    };
  return {
    reason: `node ${node} does not answer${reason ? ` (${reason})` : ''}`,
    hint:
      status === 596
        ? 'It accepts connections but is stuck, or it went away in the middle. infra_overview shows the state of the nodes.'
        : 'It is down or cut off from the others. infra_overview shows the state of the nodes.',
  };
}

function permission(reason: string): string | undefined {
  if (reason.includes('user != root@pam'))
    return 'Proxmox VE allows this only to root@pam with a password, to no token.';
  const [, where, privileges] = /\(([^,()]+), ([^)]+)\)/.exec(reason) ?? [];
  const privilege = privileges?.split('|')[0];
  return (
    privilege &&
    `The token lacks ${privileges?.replaceAll('|', ' or ')} on ${where}. On a node, as root: ${grantCommand(privilege)}`
  );
}

const faults: readonly [RegExp, string][] = [
  [
    /^Configuration file .* does not exist/,
    'There is no such guest on that node (any more): it has moved or was removed. Ask again.',
  ],
  [
    /no quorum/,
    'The cluster has no quorum, so it can change nothing: bring back enough nodes first. infra_overview shows them.',
  ],
  [/is locked \(/, 'Another operation holds the guest. get_guest shows its tasks.'],
  [
    /VM is paused/,
    'A paused VM cannot shut down by itself: resume it in Proxmox VE, or use guest_stop with force=true.',
  ],
];

const fault = (reason: string, target: string): string | undefined =>
  lookupFault(reason, target) ?? faults.find(([pattern]) => pattern.test(reason))?.[1];

/** The name that was not found is that of the node the question is about, or one that the node which answers needs for itself. */
function lookupFault(reason: string, target: string): string | undefined {
  const name = /^hostname lookup '([^']+)'/.exec(reason)?.[1];
  if (name === undefined) return undefined;
  return target.startsWith(`/nodes/${encodeURIComponent(name)}/`)
    ? 'No node of this cluster has that name. infra_overview lists them; the name in the cluster need not be the DNS name.'
    : `The node that was asked cannot resolve ${name}. If that is its own name, its address is missing in /etc/hosts there.`;
}
