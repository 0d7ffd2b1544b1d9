import { idOf, type Link, type Ref, type Thing } from '../../core/map.ts';
import { compareRecords, type ComparedRecord } from './drift.ts';
import type { ResolverState } from './health/resolver.ts';
import { recordsOf } from './records.ts';
import { addressRef, elsewhere, instanceRef, nameRef, pair, upstreamRef } from './refs.ts';
import type { Dns, Question } from './schema/index.ts';
import type { Settings } from './settings.ts';

/** What is known of one instance; a part that it was not asked for, or did not tell, is undefined. */
export interface Observed {
  instance: string;
  settings: Settings;
  dns: Pick<Dns, 'hosts' | 'cnameRecords' | 'upstreams'> | undefined;
  resolver?: ResolverState | undefined;
  forwarded?: readonly Question[] | undefined;
}

/** What all instances know of the homelab: themselves, the VIP, every local name, and the resolvers they ask. `several`: more than one is configured. */
export const thingsOf = (observed: readonly Observed[], several: boolean): Thing[] => [
  ...observed.map(instanceThing),
  ...pairThings(observed, several),
  ...nameThings(observed, several),
  ...upstreamThings(observed),
];

function instanceThing({ instance, settings, resolver }: Observed): Thing {
  const place = elsewhere(settings.resolver.host);
  const isVip = settings.vip !== undefined && place === addressRef(settings.vip);
  return {
    ref: instanceRef(instance),
    title: instance === 'default' ? 'Pi-hole' : instance,
    state: stateOf(resolver),
    about: 'Pi-hole',
    links: linksTo('reached at', isVip ? [] : [place]),
  };
}

function stateOf(resolver: ResolverState | undefined): Thing['state'] {
  if (resolver === undefined) return undefined;
  if (resolver.state === 'not asked') return 'unknown';
  return resolver.state === 'serves' ? 'up' : 'down';
}

/** The pair and its VIP. It has no link to its halves: one that stops does not stop it. */
function pairThings(observed: readonly Observed[], several: boolean): Thing[] {
  const vip = observed.find(({ settings }) => settings.vip !== undefined)?.settings.vip;
  if (!several && vip === undefined) return [];
  const whole: Thing = {
    ref: pair,
    title: 'Pi-hole',
    state: wholeState(observed),
    about: `DNS of ${observed.map(({ instance }) => instance).join(' and ')}`,
    links: [],
  };
  if (vip === undefined) return [whole];
  const address: Thing = {
    ref: addressRef(vip),
    title: vip,
    about: 'VIP of Pi-hole',
    more: { tool: 'dns_lookup', arguments: { domain: vip } },
    links: [{ to: pair, how: 'belongs to' }],
  };
  return [whole, address];
}

function wholeState(observed: readonly Observed[]): Thing['state'] {
  const states = observed.map(({ resolver }) => stateOf(resolver));
  if (states.every((state) => state === undefined)) return undefined;
  if (states.includes('up')) return states.includes('down') ? 'degraded' : 'up';
  return states.every((state) => state === 'down') ? 'down' : 'unknown';
}

/** Every name with a local record. */
function nameThings(observed: readonly Observed[], several: boolean): Thing[] {
  const answers = observed.flatMap(({ instance, dns }) =>
    dns ? [{ instance, records: recordsOf(dns) }] : [],
  );
  const byName = new Map<string, ComparedRecord[]>();
  for (const record of compareRecords(answers)) {
    const known = byName.get(record.name);
    if (known) known.push(record);
    else byName.set(record.name, [record]);
  }
  const whole = several ? pair : observed[0] && instanceRef(observed[0].instance);
  return [...byName].map(([name, records]): Thing => {
    const types = new Set(records.map(({ type }) => type));
    const without = new Set(records.flatMap(({ missingOn }) => missingOn));
    return {
      ref: nameRef(name),
      title: name,
      about: `${[...types].join(' ')}${without.size > 0 ? `, not on ${[...without].join(', ')}` : ''}`,
      more: { tool: 'dns_lookup', arguments: { domain: name } },
      links: [
        ...linksTo(
          'resolves to',
          records.map(({ value }) => elsewhere(value)),
        ),
        ...linksTo('served by', [onlyInstance(records) ?? whole]),
      ],
    };
  });
}

/** The one instance that has the records, where others answered that they have none. */
function onlyInstance(records: readonly ComparedRecord[]): Ref | undefined {
  const [instance, ...others] = new Set(records.flatMap(({ on }) => on));
  const isElsewhere = records.some(({ missingOn }) => missingOn.length === 0);
  return instance === undefined || others.length > 0 || isElsewhere
    ? undefined
    : instanceRef(instance);
}

/** The resolvers beyond: those that are configured, and those that were asked lately (conditional forwarding has its own). */
function upstreamThings(observed: readonly Observed[]): Thing[] {
  const refs = new Set<Ref>();
  for (const { dns, forwarded = [] } of observed) {
    const asked = forwarded.map(({ upstream }) => upstream).filter((text) => text.includes('#'));
    for (const text of new Set([...(dns?.upstreams ?? []), ...asked])) {
      const ref = upstreamRef(text);
      if (ref) refs.add(ref);
    }
  }
  return [...refs].map((ref) => ({
    ref,
    title: idOf(ref),
    about: 'resolver that Pi-hole asks',
    links: linksTo('reached at', [elsewhere(idOf(ref).replace(/#.*$/, ''))]),
  }));
}

const linksTo = (how: Link['how'], places: readonly (Ref | undefined)[]): Link[] =>
  [...new Set(places)].flatMap((to) => (to === undefined ? [] : [{ to, how }]));
