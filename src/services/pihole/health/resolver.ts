import type { From } from '../../../core/fleet.ts';
import type { Finding } from '../../../core/health.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** An instance whose resolver gives no answers: an outage where no other one does. */
export function resolverFindings(
  { instance, value: { silence } }: From<Checkup>,
  others: readonly From<Checkup>[],
): Finding[] {
  if (silence === undefined) return [];
  const serving = others.filter(({ value }) => value.silence === undefined);
  const names = serving.map((other) => other.instance).join(' and ');
  return [
    finding('dns-silent', instance, {
      severity: serving.length > 0 ? 'warning' : 'critical',
      message: `${instance} gives no DNS answers${serving.length > 0 ? `, only ${names} does` : ''}: ${silence}`,
      next: { tool: 'dns_lookup', arguments: { domain: 'pi.hole' } },
    }),
  ];
}
