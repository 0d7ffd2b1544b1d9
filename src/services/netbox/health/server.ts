import type { Finding } from '../../../core/health.ts';
import { isAtLeast } from '../version.ts';
import { serverRef } from '../refs.ts';
import type { Checkup } from './checkup.ts';

/** Without a worker whatever NetBox does in the background stays queued. */
export function noWorkers({ instance, status }: Checkup): Finding[] {
  if (status?.workers !== 0) return [];
  return [
    {
      id: `netbox.no-workers/${instance}`,
      severity: 'warning',
      subject: 'Background workers',
      about: [serverRef(instance)],
      effect: 'degrades',
      message:
        '0 background workers run: webhooks, event rules, scripts, data sync and housekeeping wait until one does',
      evidence: 'rq-workers-running 0 in /api/status/ (start netbox-rq)',
    },
  ];
}

/** v1 tokens are deprecated in 4.6 and to be removed in 5.0 (NetBox docs, integrations/rest-api). */
export function oldToken({ instance, status, settings }: Checkup): Finding[] {
  const version = status?.version;
  if (settings.tokenVersion === 2 || version === undefined || !isAtLeast(version, '4.6')) return [];
  return [
    {
      id: `netbox.token-v1/${instance}`,
      severity: 'info',
      subject: 'API token',
      about: [serverRef(instance)],
      effect: 'note',
      message:
        'Lares uses a v1 token, which NetBox 5.0 will no longer accept: make a v2 token (nbt_…) before that upgrade',
    },
  ];
}
