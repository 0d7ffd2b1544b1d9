import { ago, day, duration, iso, second } from '../../../core/base/units.ts';
import type { Finding } from '../../../core/health.ts';
import { showNode } from '../calls.ts';
import type { Checkup } from './checkup.ts';
import { finding, ofNode } from './finding.ts';

/** The certificate that a node serves; `expiresAt` in ms. */
export function certificateFindings(
  checkup: Checkup,
  node: string,
  expiresAt: number | undefined,
): Finding[] {
  const { cluster } = checkup;
  const now = cluster.now();
  if (expiresAt === undefined || expiresAt - now > cluster.settings.certificateDays * day)
    return [];
  const expired = expiresAt <= now;
  const message = expired
    ? `The certificate of ${node} expired ${ago(expiresAt, now)}`
    : `The certificate of ${node} expires in ${duration((expiresAt - now) / second)}`;
  return [
    finding(checkup, 'certificate-expiring', expired ? 'critical' : 'warning', node, message, {
      about: ofNode(checkup, node),
      // Of a node whose certificate has expired everything else works.
      effect: 'risk',
      ...(expired && { since: iso(expiresAt) }),
      evidence: `until ${iso(expiresAt)}`,
      next: showNode(checkup, node),
    }),
  ];
}
