import type { From } from '../../../core/fleet.ts';
import type { Finding } from '../../../core/health.ts';
import { day, duration, iso, second } from '../../../core/base/units.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Whether one instance blocks, and with lists that are not too old. `now` is in ms. */
export const blockingFindings = (
  { instance, value: checkup }: From<Checkup>,
  now: number,
): Finding[] => [...stateFindings(instance, checkup), ...listFindings(instance, checkup, now)];

/** Switched off for a while comes back by itself; switched off without an end is forgotten easily. */
function stateFindings(instance: string, { blocking }: Checkup): Finding[] {
  if (blocking === undefined || blocking.state === 'enabled') return [];
  const { state, flipsInSeconds } = blocking;
  if (state !== 'disabled')
    return [
      finding('blocking-off', instance, {
        severity: 'warning',
        message: `${instance} says that blocking is in state ${JSON.stringify(state)}`,
      }),
    ];
  if (flipsInSeconds === undefined)
    return [
      finding('blocking-off', instance, {
        severity: 'warning',
        message: `${instance} blocks nothing: blocking is off, with no end`,
      }),
    ];
  return [
    finding('blocking-off', instance, {
      severity: 'info',
      message: `${instance} blocks nothing for ${duration(flipsInSeconds)} more, then blocking comes back by itself`,
    }),
  ];
}

function listFindings(
  instance: string,
  { summary, settings: { gravityDays }, dns }: Checkup,
  now: number,
): Finding[] {
  if (summary === undefined || dns?.blocking === false) return [];
  const { listedDomains, listsUpdatedAt } = summary;
  if (listedDomains === 0)
    return [
      finding('gravity-empty', instance, {
        severity: 'warning',
        message: `${instance} has no domain on its blocklists, so it blocks nothing (pihole -g fills them)`,
      }),
    ];
  if (listsUpdatedAt === undefined)
    return [
      finding('gravity-old', instance, {
        severity: 'info',
        message: `${instance} does not know when its blocklists were last updated (pihole -g updates them)`,
      }),
    ];
  const age = now - listsUpdatedAt;
  if (age <= gravityDays * day) return [];
  return [
    finding('gravity-old', instance, {
      severity: 'warning',
      since: iso(listsUpdatedAt),
      message: `The blocklists of ${instance} were last updated ${duration(age / second)} ago (limit ${gravityDays} d)`,
    }),
  ];
}
