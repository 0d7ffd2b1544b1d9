import type { Finding, Severity } from '../../../core/health.ts';
import type { Effect } from '../../../core/map.ts';
import { oneLine } from '../../../core/base/text.ts';
import type { Notification } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';
import { finding, groupBy } from './finding.ts';

/** Types (Notification.java) that mean messages are lost, or cannot be stored or found. */
const criticalTypes = new Set([
  'es_cluster_red',
  'es_unavailable',
  'es_index_blocked',
  'es_node_disk_watermark_flood_stage',
  'no_input_running',
  'journal_uncommitted_messages_deleted',
  'no_leader',
  'no_master',
  'deflector_exists_as_index',
]);
/** Types that Graylog itself calls normal although something does not work. */
const warningTypes = new Set([
  'input_failed_to_start',
  'input_failing',
  'input_failure_shutdown',
  'email_transport_failed',
  'output_failing',
  'output_disabled',
  'es_node_disk_watermark_low',
  'es_node_disk_watermark_high',
  'data_node_heap_warning',
]);

/** The kind of finding that says the same from what is measured now; the notification is then no second one. */
const measuredKinds: Readonly<Record<string, string>> = {
  es_cluster_red: 'index-cluster-red',
  es_unavailable: 'index-cluster-down',
  journal_utilization_too_high: 'journal-filling',
  input_failed_to_start: 'input-failed',
  input_failing: 'input-failed',
  input_failure_shutdown: 'input-failed',
};

/** One finding a type, however often it stands there; none where one of `others` says the same. They stay until somebody dismisses them or the cause is gone. */
export function notificationFindings(checkup: Checkup, others: readonly Finding[]): Finding[] {
  const { notifications = [] } = checkup;
  const news = notifications.filter(({ type }) => !isMeasured(type, others));
  return [...groupBy(news, ({ type }) => type)].map(([type, group]) => {
    const [first] = group;
    const severity = severityOf(first);
    return finding(checkup, 'notification', {
      subject: type,
      severity,
      effect: effectOf(type, severity),
      message: `Graylog reports: ${oneLine(type.replaceAll('_', ' '), 60)}${group.length > 1 ? ` (${group.length} times)` : ''}`,
      ...(first.since !== undefined && { since: first.since }),
      ...(first.details.length > 0 && { evidence: oneLine(first.details.join('; '), 300) }),
    });
  });
}

function isMeasured(type: string, findings: readonly Finding[]): boolean {
  const kind = measuredKinds[type];
  return kind !== undefined && findings.some(({ id }) => id.startsWith(`graylog.${kind}/`));
}

function severityOf({ type, urgent }: Notification): Severity {
  if (criticalTypes.has(type)) return 'critical';
  return urgent || warningTypes.has(type) ? 'warning' : 'info';
}

/** Types that tell of what will be trouble, and of nothing that is. */
const riskTypes = new Set([
  'es_node_disk_watermark_low',
  'es_node_disk_watermark_high',
  'data_node_heap_warning',
]);

/** What a type that is not known here does to Graylog nobody can say: it is the cause of nothing. */
function effectOf(type: string, severity: Severity): Effect {
  if (severity === 'info') return 'note';
  const isTrouble = criticalTypes.has(type) || (warningTypes.has(type) && !riskTypes.has(type));
  return isTrouble ? 'degrades' : 'risk';
}
