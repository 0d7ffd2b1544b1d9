import { createHash } from 'node:crypto';
import { json, type Answer, type Reply, type Seen } from '../../../demo/loopback.ts';
import { minute } from '../../../demo/world/clock.ts';
import type { World } from '../../../demo/world/index.ts';
import { goTime } from './go.ts';
import type { Knobs } from './knobs.ts';
import { parse } from './promql/parser.ts';
import { ParseError, type Labels, type Matcher } from './promql/syntax.ts';
import type { Alert, Head } from './head.ts';
import { refuseStranger } from './reply.ts';
import { matches } from './store.ts';

/** What every Prometheus puts on top of the alerts it sends (`external_labels`). */
const externalLabels: Labels = { site: 'home' };
const resolveMs = 4 * minute;

interface Sent {
  alert: Alert;
  labels: Labels;
  fingerprint: string;
  silencedBy: string[];
  inhibitedBy: string[];
}

/** Alertmanager's API v2 over the alerts of a head. */
export const alertmanagerApi =
  (head: Head, knobs: Knobs): Answer =>
  (seen) => {
    const { world } = head;
    if (!world.isUp('alertmanager') || world.monitoring.alertmanager.stoppedAt !== null)
      return { drop: true };
    const denied = refuseStranger(seen, knobs.alertmanagerAuth);
    if (denied) return denied;
    if (seen.path === '/api/v2/status') return status(world, knobs);
    if (seen.path === '/api/v2/alerts') return alerts(head, knobs, seen);
    if (seen.path === '/api/v2/silences') return json(silences(world));
    return json({ code: 404, message: `path ${seen.path} was not found` }, 404);
  };

const status = ({ monitoring }: World, { alertmanagerVersion }: Knobs): Reply =>
  json({
    cluster: { peers: [], status: 'disabled' },
    config: { original: 'route:\n  receiver: email\nreceivers:\n- name: email\n' },
    uptime: goTime(monitoring.alertmanager.startedAt),
    versionInfo: {
      version: alertmanagerVersion,
      revision: 'demo',
      branch: 'HEAD',
      buildUser: 'demo',
      buildDate: '20260929-12:08:01',
      goVersion: 'go1.27.1',
    },
  });

function stateOf(
  { startsAt, endsAt }: { startsAt: number; endsAt: number },
  now: number,
): 'expired' | 'pending' | 'active' {
  if (now >= endsAt) return 'expired';
  return now < startsAt ? 'pending' : 'active';
}

const silences = ({ monitoring, now }: World): object[] =>
  monitoring.silences.map((silence) => ({
    ...silence,
    startsAt: goTime(silence.startsAt),
    endsAt: goTime(silence.endsAt),
    updatedAt: goTime(silence.startsAt),
    status: { state: stateOf(silence, now()) },
  }));

function alerts(head: Head, { alertmanagerVersion }: Knobs, { query }: Seen): Reply {
  const filters: Matcher[] = [];
  for (const filter of query.getAll('filter')) {
    const matcher = matcherOf(filter);
    if (!matcher) return json(`bad matcher format: ${filter}`, 400);
    filters.push(matcher);
  }
  const includes = (kind: string): boolean => query.get(kind) !== 'false';
  const shown = sentBy(head).filter(
    ({ labels, silencedBy, inhibitedBy }) =>
      filters.every((matcher) => matches(matcher, labels[matcher.label])) &&
      (includes('silenced') || silencedBy.length === 0) &&
      (includes('inhibited') || inhibitedBy.length === 0) &&
      (includes('active') || silencedBy.length + inhibitedBy.length > 0),
  );
  return json(
    shown.map(({ alert, labels, fingerprint, silencedBy, inhibitedBy }) => ({
      labels,
      annotations: alert.annotations,
      fingerprint,
      startsAt: goTime(alert.activeAt),
      updatedAt: goTime(head.world.now()),
      endsAt: goTime(head.world.now() + resolveMs),
      generatorURL: 'http://prometheus:9090/graph',
      receivers: [{ name: 'email' }],
      status: {
        state: silencedBy.length + inhibitedBy.length > 0 ? 'suppressed' : 'active',
        silencedBy,
        inhibitedBy,
        ...(alertmanagerVersion !== '0.25.0' && { mutedBy: [] }),
      },
    })),
  );
}

function matcherOf(filter: string): Matcher | undefined {
  try {
    const expression = parse(`x{${filter}}`);
    return expression.kind === 'selector' ? expression.matchers[1] : undefined;
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

/** What has arrived: firing alerts, if Prometheus sends at all. A host that is down inhibits the alerts of its guests. */
function sentBy(head: Head): Sent[] {
  const { monitoring, now } = head.world;
  if (monitoring.prometheus.alertmanagers === 0 || !head.world.isUp('prometheus')) return [];
  const sent = head
    .alerts()
    .filter(({ state }) => state === 'firing')
    .map((alert): Sent => {
      const labels = { ...alert.labels, ...externalLabels };
      const silencedBy = monitoring.silences
        .filter(
          (silence) =>
            stateOf(silence, now()) === 'active' &&
            silence.matchers.every((matcher) => matches(operator(matcher), labels[matcher.name])),
        )
        .map(({ id }) => id);
      return { alert, labels, fingerprint: fingerprintOf(labels), silencedBy, inhibitedBy: [] };
    });
  const hosts = sent.filter(({ labels }) => labels['alertname'] === 'HostDown');
  for (const guest of sent.filter(({ labels }) => labels['alertname'] === 'GuestDown'))
    guest.inhibitedBy = hosts
      .filter(({ labels }) => labels['node'] === guest.labels['node'])
      .map(({ fingerprint }) => fingerprint);
  return sent;
}

const operator = ({
  name,
  value,
  isRegex,
  isEqual,
}: World['monitoring']['silences'][number]['matchers'][number]): Matcher => ({
  label: name,
  value,
  op: isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=',
});

const fingerprintOf = (labels: Labels): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(labels).sort()))
    .digest('hex')
    .slice(0, 16);
