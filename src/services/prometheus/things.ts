import { isOwnMachine } from '../../core/base/address.ts';
import type { Ref, Thing } from '../../core/map.ts';
import { placeOf } from '../../core/map.ts';
import type { Target } from './schema/index.ts';
import { redactUrl } from './scrape-url.ts';
import type { Settings } from './settings.ts';

/** What one Prometheus tells of the homelab. */
export interface Known {
  instance: string;
  /** There are several, so a title and a call must say which. */
  several: boolean;
  targets: readonly Target[] | undefined;
  /** Addresses of the Alertmanagers that it sends to. */
  receivers: readonly string[] | undefined;
  /** How its Alertmanager is, where that was asked. */
  alertmanager: Thing['state'];
  settings: Settings;
}

export const serverRef = (instance: string): Ref => `instance/prometheus/${instance}`;
export const alertmanagerRef = (instance: string): Ref => `instance/alertmanager/${instance}`;
export const targetRef = (instance: string, { job, address }: Target): Ref =>
  `target/${instance}/${job}/${address}`;

/** The server, its Alertmanager and everything it scrapes, each with where it is reached. */
export function thingsOf(known: Known): Thing[] {
  return [serverThing(known), ...alertmanagerThing(known), ...targetThings(known)];
}

const callOf = ({ several, instance }: Known): { instance?: string } =>
  several ? { instance } : {};
const titleOf = (title: string, { several, instance }: Known): string =>
  several ? `${title} ${instance}` : title;

/** It has answered. Where it is reached stands in the configuration of Lares, which core reads. */
const serverThing = (known: Known): Thing => ({
  ref: serverRef(known.instance),
  title: titleOf('Prometheus', known),
  state: 'up',
  more: { tool: 'prom_targets', arguments: callOf(known) },
  links: [],
});

function alertmanagerThing(known: Known): Thing[] {
  const { instance, receivers = [], settings, alertmanager } = known;
  const urls = [...new Set([settings.alertmanagerUrl ?? [], receivers].flat())];
  if (urls.length === 0) return [];
  return [
    {
      ref: alertmanagerRef(instance),
      title: titleOf('Alertmanager', known),
      state: alertmanager,
      more: { tool: 'prom_alerts', arguments: callOf(known) },
      links: reachedAt(wayToAlertmanager(known)),
      aliases: urls.map(redactUrl),
    },
  ];
}

/** As Lares asks it, or else as the only one that Prometheus sends to: of several, one may stop without harm. */
function wayToAlertmanager({ settings, receivers = [] }: Known): string[] {
  const configured = endpointOf(settings.alertmanagerUrl ?? '');
  if (placeOf(configured)) return [configured];
  return receivers.length === 1 ? receivers.map(endpointOf) : [];
}

/** Targets whose job and instance are the same are one thing: nothing tells them apart by name. */
function targetThings(known: Known): Thing[] {
  const { instance, targets = [] } = known;
  const alike = new Map<Ref, Target[]>();
  for (const target of targets) {
    const ref = targetRef(instance, target);
    const group = alike.get(ref);
    if (group) group.push(target);
    else alike.set(ref, [target]);
  }
  return [...alike].map(([ref, group]) => targetThing(ref, group, known));
}

function targetThing(ref: Ref, group: readonly Target[], known: Known): Thing {
  const [{ job, address }] = group as [Target];
  const healths = [...new Set(group.map(({ health }) => health))];
  return {
    ref,
    title: address,
    state: healths.length === 1 ? stateOfTarget(healths[0]) : 'degraded',
    about: `target of job ${job}, ${healths.join(' and ')}`,
    more: { tool: 'prom_targets', arguments: { job, ...callOf(known) } },
    links: [
      ...reachedAt(group.flatMap(placesScraped)),
      ...(group.every(isOnServer) ? [servedBy(known)] : []),
      ...(group.some((target) => isAlertmanager(target, known))
        ? [{ to: alertmanagerRef(known.instance), how: 'measures' as const }]
        : []),
    ],
    aliases: [...new Set(group.map(({ scrapeUrl }) => redactUrl(scrapeUrl)))],
  };
}

function stateOfTarget(health: string | undefined): Thing['state'] {
  return health === 'up' || health === 'down' ? health : 'unknown';
}

/** What Prometheus scrapes on its own machine is where Prometheus is. */
const servedBy = ({ instance }: Known) => ({ to: serverRef(instance), how: 'served by' }) as const;

export function isOnServer({ scrapeUrl }: Target): boolean {
  const host = urlOf(scrapeUrl)?.hostname.replace(/^\[|\]$/g, '');
  return host !== undefined && isOwnMachine(host);
}

/** Scraped at the very endpoint where Alertmanager is asked, or alerts are sent to. */
function isAlertmanager({ scrapeUrl }: Target, { receivers = [], settings }: Known): boolean {
  const endpoint = endpointOf(scrapeUrl);
  const configured = endpointOf(settings.alertmanagerUrl ?? '');
  // The loopback of Lares is not that of Prometheus.
  const known = [...(placeOf(configured) ? [configured] : []), ...receivers.map(endpointOf)];
  return endpoint !== '' && known.includes(endpoint);
}

/** Where the exporter is, and what it asks in turn where it asks another machine (`/probe?target=`): each of them may be why a scrape fails. */
function placesScraped({ scrapeUrl }: Target): string[] {
  const url = urlOf(scrapeUrl);
  return url ? [url.host, ...url.searchParams.getAll('target')] : [];
}

const urlOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);
/** Host and port, and nothing of the credentials that may stand before them. */
const endpointOf = (url: string): string => urlOf(url)?.host ?? '';

function reachedAt(endpoints: readonly string[]): { to: Ref; how: 'reached at' }[] {
  const places = new Set(endpoints.flatMap((endpoint) => placeOf(endpoint) ?? []));
  return [...places].map((to) => ({ to, how: 'reached at' }));
}
