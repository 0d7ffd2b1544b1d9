import type { Finding } from '../../../core/health.ts';

/** The finding with its instance in every part, for a fleet of several. */
export const onInstance = (finding: Finding, instance: string): Finding => ({
  ...finding,
  id: finding.id.replace('/', `/${instance}/`),
  subject: `${finding.subject} on ${instance}`,
  message: `${instance}: ${finding.message}`,
  next: finding.next && { ...finding.next, arguments: { ...finding.next.arguments, instance } },
});
