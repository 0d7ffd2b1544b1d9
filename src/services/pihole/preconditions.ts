import type { Fleet, From } from '../../core/fleet.ts';
import type { Reads } from './client.ts';
import { sudoCommand } from './describe-error.ts';
import { recordsOf, type ArrayName, type Entries, type StoredRecord } from './records.ts';
import type { Hold } from './vip.ts';

/** Where one instance stands before a change. */
export interface InstanceState {
  entries: Entries;
  records: StoredRecord[];
  /** Why a list cannot be changed. */
  locks: Record<ArrayName, string | undefined>;
  hold?: Hold | undefined;
  /** Its resolver answers this machine. */
  serves: boolean;
}

/** Reads all that a change depends on, so that what Pi-hole would refuse, or accept and lose, is said before. */
export async function readInstanceState(one: Reads): Promise<InstanceState> {
  const { vip } = one.settings;
  const [hosts, cnames, readOnly, sudo, mine, serves, hold] = await Promise.all([
    one.hosts(),
    one.cnames(),
    one.readOnly(),
    one.appSudo(),
    one.ownSession(),
    one.ask('pi.hole', 'A').then(
      () => true,
      () => false,
    ),
    vip === undefined ? undefined : one.hold(vip).catch(() => undefined),
  ]);
  const entries = { hosts: hosts.entries, cnameRecords: cnames.entries };
  const lock = (array: ArrayName, byEnvironment: boolean): string | undefined =>
    lockOf({ array, readOnly, byEnvironment, sudo, ...mine });
  const locks = {
    hosts: lock('hosts', hosts.byEnvironment),
    cnameRecords: lock('cnameRecords', cnames.byEnvironment),
  };
  return { entries, records: recordsOf(entries), locks, hold, serves };
}

function lockOf({
  array,
  readOnly,
  byEnvironment,
  sudo,
  app,
  cli,
}: {
  array: ArrayName;
  readOnly: boolean;
  byEnvironment: boolean;
  sudo: boolean;
  app: boolean;
  cli: boolean;
}): string | undefined {
  if (byEnvironment)
    return `dns.${array} is set by the environment variable FTLCONF_dns_${array}; change it where the container is defined`;
  if (readOnly)
    return 'misc.readOnly is on: Pi-hole would accept the change and lose it at its next restart';
  if (cli)
    return 'the password is that of the command line (cli_pw), which may never change the configuration';
  if (app && !sudo)
    return `the app password may only read the configuration; on that machine: ${sudoCommand}`;
  return undefined;
}

/** The instances in the order in which they may restart: those without the VIP first. */
export const restartOrder = (all: readonly From<InstanceState>[]): string[] => {
  const rank: Record<Hold, number> = { free: 0, blind: 1, holds: 2 };
  return all
    .toSorted((a, b) => rank[a.value.hold ?? 'blind'] - rank[b.value.hold ?? 'blind'])
    .map(({ instance }) => instance);
};

/** Instances that were asked and did not answer. */
export const silentInstances = (
  fleet: Fleet<Reads>,
  answered: readonly From<unknown>[],
): string[] => fleet.names.filter((name) => !answered.some(({ instance }) => instance === name));
