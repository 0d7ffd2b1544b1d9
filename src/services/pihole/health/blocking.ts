import type { From } from '../../../core/fleet.ts';
import type { Finding } from '../../../core/health.ts';
import { day, duration, iso, second } from '../../../core/base/units.ts';
import { hasJustStarted, type Checkup } from './checkup.ts';
import { isSilent } from './resolver.ts';
import { instanceRef } from '../refs.ts';
import { finding } from './finding.ts';

/** Whether one instance blocks, and with lists that are not too old; without lists (`hasLists`) it only resolves, on purpose. `now` is in ms. */
export const blockingFindings = (
  { instance, value: checkup }: From<Checkup>,
  now: number,
  hasLists: boolean,
): Finding[] =>
  hasLists ? [...stateFindings(instance, checkup), ...listFindings(instance, checkup, now)] : [];

/** Whether its lists stand between its clients and what they ask; undefined where that was not told. */
export function isBlocking({ blocking, summary }: Checkup): boolean | undefined {
  if (blocking === undefined) return undefined;
  if (blocking.state !== 'enabled') return false;
  const lists = summary?.lists;
  return lists !== 'unreadable' && !(typeof lists === 'object' && lists.domains === 0);
}

/** Switched off for a while comes back by itself; switched off without an end is forgotten easily. Without blocking it resolves as well as before, so nothing that stands on it is worse. */
function stateFindings(instance: string, { blocking, resolver }: Checkup): Finding[] {
  if (blocking === undefined || blocking.state === 'enabled') return [];
  const { state, flipsInSeconds } = blocking;
  const about = [instanceRef(instance)];
  // A resolver that could not start (its port is taken) says "failure": that it is silent is told already.
  if (state !== 'disabled' && isSilent(resolver)) return [];
  if (state !== 'disabled')
    return [
      finding('blocking-off', instance, {
        severity: 'warning',
        about,
        effect: 'risk',
        message: `${instance} says that blocking is in state ${JSON.stringify(state)}`,
      }),
    ];
  if (flipsInSeconds === undefined)
    return [
      finding('blocking-off', instance, {
        severity: 'warning',
        about,
        effect: 'risk',
        message: `${instance} blocks nothing: blocking is off, with no end`,
      }),
    ];
  return [
    finding('blocking-off', instance, {
      severity: 'info',
      about,
      effect: 'note',
      message: `${instance} blocks nothing for ${duration(flipsInSeconds)} more, then blocking comes back by itself`,
    }),
  ];
}

function listFindings(instance: string, checkup: Checkup, now: number): Finding[] {
  const { summary, settings, dns, blocking, resolver } = checkup;
  if (summary === undefined || dns?.blocking === false) return [];
  const about = [instanceRef(instance)];
  if (summary.lists === 'unreadable')
    return [
      finding('gravity-unreadable', instance, {
        severity: 'warning',
        about,
        effect: 'risk',
        message: `${instance} cannot read its blocklist database (gravity.db is missing or damaged), so it blocks nothing (pihole -g makes it anew)`,
        evidence: 'domains_being_blocked -2',
      }),
    ];
  if (summary.lists === 'not told') return [];
  const { domains, updatedAt } = summary.lists;
  // What did not start has loaded nothing, and for a moment after a start nothing is loaded yet: zero says nothing about the lists then.
  const isLoaded = !hasJustStarted(checkup) && !isSilent(resolver) && blocking?.state !== 'failure';
  if (domains === 0 && isLoaded)
    return [
      finding('gravity-empty', instance, {
        severity: 'warning',
        about,
        effect: 'risk',
        message: `${instance} has no domain on its blocklists, so it blocks nothing (pihole -g fills them)`,
      }),
    ];
  if (updatedAt === undefined && isLoaded)
    return [
      finding('gravity-old', instance, {
        severity: 'info',
        about,
        effect: 'note',
        message: `${instance} does not know when its blocklists were last updated (pihole -g updates them)`,
      }),
    ];
  const age = updatedAt === undefined ? 0 : now - updatedAt;
  if (updatedAt === undefined || age <= settings.gravityDays * day) return [];
  return [
    finding('gravity-old', instance, {
      severity: 'warning',
      about,
      effect: 'risk',
      since: iso(updatedAt),
      message: `The blocklists of ${instance} were last updated ${duration(age / second)} ago (limit ${settings.gravityDays} d)`,
    }),
  ];
}
