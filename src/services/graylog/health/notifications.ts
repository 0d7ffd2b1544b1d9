import type { Finding, Severity } from '../../../core/health.ts';
import { oneLine } from '../../../core/base/text.ts';
import type { Notification } from '../schema/account.ts';
import { grouped } from './grouped.ts';
import { found, type Place } from './finding.ts';

/** Types (Notification.java) that mean messages are lost, or cannot be stored or found. */
const critical = new Set([
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
const warning = new Set([
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

/** The finding that says the same from what is measured now; the notification is then no second one. */
const measured: Readonly<Record<string, string>> = {
  es_cluster_red: 'index-cluster-red',
  es_unavailable: 'index-cluster-down',
  journal_utilization_too_high: 'journal-filling',
  input_failed_to_start: 'input-failed',
  input_failing: 'input-failed',
  input_failure_shutdown: 'input-failed',
};

const severityOf = ({ type, urgent }: Notification): Severity =>
  critical.has(type) ? 'critical' : urgent || warning.has(type) ? 'warning' : 'info';

/** One finding a type, however often it stands there. They stay until somebody dismisses them or the cause is gone. */
export function notificationFindings(
  notifications: readonly Notification[],
  others: readonly Finding[],
  place: Place,
): Finding[] {
  const news = notifications.filter(
    ({ type }) =>
      !others.some(
        ({ id }) => measured[type] !== undefined && id.startsWith(`graylog.${measured[type]}/`),
      ),
  );
  return [...grouped(news, ({ type }) => type)].flatMap(([type, [first, ...more]]) =>
    first
      ? [
          found(place, 'notification', {
            subject: type,
            severity: severityOf(first),
            message: `Graylog reports: ${oneLine(type.replaceAll('_', ' '), 60)}${more.length > 0 ? ` (${more.length + 1} times)` : ''}`,
            ...(first.since !== undefined && { since: first.since }),
            ...(first.details.length > 0 && { evidence: oneLine(first.details.join('; '), 300) }),
          }),
        ]
      : [],
  );
}
