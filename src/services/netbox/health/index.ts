import type { Check, Finding } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import {
  doctor as doctorOf,
  health as healthOf,
  permitted,
  type Page,
  type Reads,
} from '../client.ts';
import { duplicatesIn } from './duplicates.ts';
import { isAtLeast } from '../filters.ts';
import type { Address, Device, Machine, Status } from '../schema/index.ts';

export const health = healthOf(async (netbox, check) => {
  const answers = await netbox.all((one, instance) =>
    examined(one, netbox.names.length > 1 ? `${instance}: ` : '', check),
  );
  const all = answers.map(({ value }) => value);
  const lists = all.flatMap(({ addresses }) => addresses ?? []);
  const known = sum(lists.map(({ total }) => total));
  const compared = sum(lists.map(({ rows }) => rows.length));
  const workers = all.flatMap((one) => one.workers ?? []);
  return {
    version: [...new Set(all.map(({ version }) => version ?? 'not told'))].join(', '),
    ...(lists.length > 0 && { headline: `NetBox lists ${plural(known, 'address', 'addresses')}` }),
    facts: {
      ...(lists.length > 0 && { addresses: known }),
      ...(compared < known && { 'compared for duplicates': compared }),
      plugins: sum(all.map(({ plugins = [] }) => plugins.length)),
      'background workers': workers.length === all.length ? sum(workers) : 'not told',
    },
    findings: answers.flatMap(({ instance, value }) => [
      ...noWorkers(instance, value),
      ...oldToken(instance, value),
      ...(value.addresses ? duplicates(value.addresses) : []),
      ...(value.failedDevices?.rows ?? []).map((row) => markedFailed('device', row)),
      ...(value.failedMachines?.rows ?? []).map((row) => markedFailed('VM', row)),
    ]),
  };
});

/** One NetBox. Only its status must answer: what else may not be viewed is named. */
async function examined(one: Reads, label: string, check: Check) {
  const [status, addresses, failedDevices, failedMachines] = await Promise.all([
    one.status(),
    check(`${label}duplicate addresses`, () => one.addresses({}, one.settings.compareAddresses)),
    check(`${label}devices marked failed`, () => one.devices({ status: 'failed' }, 20)),
    check(`${label}VMs marked failed`, () => one.machines({ status: 'failed' }, 20)),
  ]);
  return { ...status, settings: one.settings, addresses, failedDevices, failedMachines };
}

const sum = (amounts: readonly number[]): number =>
  amounts.reduce((total, amount) => total + amount, 0);

const noWorkers = (instance: string, { workers }: Status): Finding[] =>
  workers !== 0
    ? []
    : [
        {
          id: `netbox.no-workers/${instance}`,
          severity: 'warning',
          subject: 'Background workers',
          message:
            '0 background workers run: webhooks, event rules, scripts, data sync and housekeeping wait until one does',
          evidence: 'rq-workers-running 0 in /api/status/ (start netbox-rq)',
        },
      ];

/** v1 tokens are deprecated in 4.6 and to be removed in 5.0 (NetBox docs, integrations/rest-api). */
const oldToken = (
  instance: string,
  { version, settings }: Status & { settings: Reads['settings'] },
): Finding[] =>
  settings.tokenVersion === 2 || version === undefined || !isAtLeast(version, '4.6')
    ? []
    : [
        {
          id: `netbox.token-v1/${instance}`,
          severity: 'info',
          subject: 'API token',
          message:
            'Lares uses a v1 token, which NetBox 5.0 will no longer accept: make a v2 token (nbt_…) before that upgrade',
        },
      ];

/** A duplicate that two different owners hold is a conflict in the plan; twice the same owner is only untidy. */
const duplicates = ({ rows }: Page<Address>): Finding[] =>
  duplicatesIn(rows).map(({ address, owners, entries }) => ({
    id: `netbox.duplicate-address/${address}`,
    severity: owners.length > 1 ? 'warning' : 'info',
    subject: address,
    message:
      owners.length > 1
        ? `${address} is documented for ${owners.join(' and ')} at once`
        : `${address} is documented ${entries} times`,
    next: { tool: 'netbox_list_ips', arguments: { address } },
  }));

/** Somebody's own words about it, not an observation. */
const markedFailed = (kind: string, row: Device | Machine): Finding => ({
  id: `netbox.marked-failed/${row.display}`,
  severity: 'info',
  subject: row.display,
  message: `Somebody marked ${kind} ${row.display} as failed in NetBox`,
  next: { tool: 'netbox_list_devices', arguments: { name: row.display } },
});

const objectTypes = [
  'dcim.device',
  'virtualization.virtualmachine',
  'ipam.ipaddress',
  'ipam.prefix',
  'ipam.vlan',
  'dcim.site',
] as const;

export const doctor = doctorOf(async (one) => {
  const { version } = await one.status();
  const answers = await permitted<unknown>([
    one.devices({}, 1),
    one.machines({}, 1),
    one.addresses({}, 1),
    one.prefixes({ q: '' }, 1),
    one.vlans({ q: '' }, 1),
    one.sites({ q: '' }, 1),
  ]);
  return {
    version: version ?? 'not told',
    rights: objectTypes.map((type, i) => {
      const granted = 'seen' in (answers[i] ?? {});
      return {
        what: `view ${type}`,
        granted,
        ...(!granted && {
          fix: `Admin > Permissions > Add: object type ${type}, action "view", for the token's user or its group`,
        }),
      };
    }),
  };
});
