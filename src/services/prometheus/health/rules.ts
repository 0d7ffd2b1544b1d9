import type { Finding } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import { serverRef } from '../things.ts';
import type { Rule } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';

/** Rules that cannot be evaluated: an alert rule among them never fires. */
export function ruleFindings({ instance, rules = [] }: Checkup): Finding[] {
  return rules.filter(({ health }) => health === 'err').map((rule) => ruleError(instance, rule));
}

const ruleError = (
  instance: string,
  { group, name, type, query, lastError = '' }: Rule,
): Finding => ({
  id: `prometheus.rule-error/${group}/${name}`,
  severity: 'warning',
  subject: `rule ${name} in ${group}`,
  about: [serverRef(instance)],
  // Each rule is broken by itself, and what it should have said is missed only when it would fire.
  effect: 'risk',
  message: `${type === 'alerting' ? `Alert rule ${name} cannot be evaluated, so it never fires` : `Recording rule ${name} cannot be evaluated`}: ${oneLine(lastError, 160) || 'no reason given'}`,
  next: { tool: 'prom_query', arguments: { query } },
});
