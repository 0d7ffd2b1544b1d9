import type { Gap } from '../../../core/gap.ts';
import type { Finding } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import { health as defineHealth } from '../client.ts';
import { checkUp } from './checkup.ts';
import { documentedTwice, duplicates } from './duplicates.ts';
import { markedFailed } from './marked-failed.ts';
import { thingsOf } from '../things.ts';
import { noWorkers, oldToken } from './server.ts';

/** The check-up: what contradicts itself in the documentation, and how NetBox itself is. */
export const health = defineHealth(async (netbox, check) => {
  const { several } = netbox;
  const answers = await netbox.all((client, instance) =>
    checkUp(client, instance, several ? `${instance}: ` : '', check),
  );
  const checkups = answers.map(({ value }) => value);
  const lists = checkups.flatMap(({ addresses }) => addresses ?? []);
  const known = sum(lists.map(({ total }) => total));
  const compared = sum(lists.map(({ rows }) => rows.length));
  const statuses = checkups.flatMap(({ status }) => status ?? []);
  const workers = statuses.flatMap((status) => status.workers ?? []);
  return {
    version:
      [...new Set(statuses.map(({ version }) => version ?? 'not told'))].join(', ') || undefined,
    ...(lists.length > 0 && { headline: `NetBox lists ${plural(known, 'address', 'addresses')}` }),
    facts: {
      ...(lists.length > 0 && { addresses: known }),
      ...(compared < known && { 'compared for duplicates': compared }),
      ...(statuses.length > 0 && {
        plugins: sum(statuses.map(({ plugins = [] }) => plugins.length)),
        'background workers': workers.length === checkups.length ? sum(workers) : 'not told',
      }),
    },
    gaps: checkups
      .filter(({ seesNothing }) => seesNothing)
      .map(({ instance }) => nothingSeen(several ? `${instance}: ` : '')),
    bounded: checkups.some(({ failedDevices, failedMachines }) =>
      [failedDevices, failedMachines].some((page) => page && page.total > page.rows.length),
    ),
    things: checkups.flatMap(({ instance, addresses, failedDevices, failedMachines }) =>
      thingsOf({
        instance,
        several,
        addresses: addresses?.rows ?? [],
        devices: failedDevices?.rows ?? [],
        machines: failedMachines?.rows ?? [],
      }),
    ),
    // With a part of the addresses, that none stands twice is not known.
    ...(lists.length === netbox.names.length &&
      compared === known && {
        drift: {
          'documented-twice': checkups.flatMap((checkup) => documentedTwice(checkup, several)),
        },
      }),
    blind: checkups.every(({ seesNothing }) => seesNothing),
    findings: checkups.flatMap((checkup) => [
      ...noWorkers(checkup),
      ...oldToken(checkup),
      ...[...duplicates(checkup), ...markedFailed(checkup)].map((finding) =>
        several ? onInstance(finding, checkup.instance) : finding,
      ),
    ]),
  };
});

/** NetBox leaves out what a token may not view, so an empty one and a token without constraints that fit look the same. */
const nothingSeen = (label: string): Gap => ({
  what: `${label}any address, device or VM`,
  why: 'the token sees none. Its permissions may have constraints that leave all of them out',
  denied: true,
});

/** The finding with its instance in every part: two servers may document the same address. */
const onInstance = (finding: Finding, instance: string): Finding => ({
  ...finding,
  id: finding.id.replace('/', `/${instance}/`),
  message: `${instance}: ${finding.message}`,
  next: finding.next && { ...finding.next, arguments: { ...finding.next.arguments, instance } },
});

const sum = (amounts: readonly number[]): number =>
  amounts.reduce((total, amount) => total + amount, 0);
