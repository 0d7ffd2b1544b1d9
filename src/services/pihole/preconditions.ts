import { messageOf, UnreachableError, UpstreamError } from '../../core/base/errors.ts';
import type { Fleet, From } from '../../core/fleet.ts';
import type { Reads } from './client.ts';
import { sudoCommand } from './describe-error.ts';
import { recordsOf, type ArrayName, type Entries, type StoredRecord } from './records.ts';
import type { Hold } from './vip.ts';

/** Where one instance stands before a change. */
export interface InstanceState {
  entries: Entries;
  records: StoredRecord[];
  /** Why a list cannot be changed; undefined where it can. */
  locks: Record<ArrayName, string | undefined>;
  /** Undefined where no VIP is configured, or its API did not say. */
  hold?: Hold | undefined;
  /** Its resolver answers this machine. */
  serves: boolean;
}

/** Reads all that a change depends on, so that what Pi-hole would refuse, or accept and lose, is said before. */
export async function readInstanceState(instance: Reads): Promise<InstanceState> {
  const { vip } = instance.settings;
  const [hosts, cnames, readOnly, sudo, session, serves, hold] = await Promise.all([
    instance.hosts(),
    instance.cnames(),
    instance.readOnly(),
    instance.appSudo(),
    instance.ownSession(),
    instance.ask('pi.hole', 'A').then(
      () => true,
      () => false,
    ),
    vip === undefined ? undefined : instance.hold(vip).catch(() => undefined),
  ]);
  const entries = { hosts: hosts.entries, cnameRecords: cnames.entries };
  const lock = (array: ArrayName, byEnvironment: boolean): string | undefined =>
    lockOf({ array, readOnly, byEnvironment, sudo, ...session });
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
export function restartOrder(states: readonly From<InstanceState>[]): string[] {
  const rank: Record<Hold, number> = { free: 0, blind: 1, holds: 2 };
  return states
    .toSorted((a, b) => rank[a.value.hold ?? 'blind'] - rank[b.value.hold ?? 'blind'])
    .map(({ instance }) => instance);
}

/** What is known before a change: where each instance that answered stands, and what those did that gave no answer. */
export interface PairState {
  states: From<InstanceState>[];
  /** By instance: `does not answer`, `denies access (…)`. */
  absences: ReadonlyMap<string, string>;
}

/** Reads every instance; throws where none answers. */
export async function readPairState(pihole: Fleet<Reads>): Promise<PairState> {
  const absences = new Map<string, string>();
  const states = await pihole.all((instance, name) =>
    readInstanceState(instance).catch((error: unknown) => {
      absences.set(name, absenceText(error));
      throw error;
    }),
  );
  return { states, absences };
}

/** What is said of an instance from which nothing came back. */
export const noAnswer = 'does not answer';

/** What an instance did instead of answering. Not to be let in says nothing about its resolver. */
export function absenceText(error: unknown): string {
  if (error instanceof UnreachableError) return noAnswer;
  const { message } = messageOf(error);
  if (error instanceof UpstreamError && error.front) return `does not answer itself (${message})`;
  return error instanceof UpstreamError && error.denied
    ? `denies access (${message})`
    : `does not answer as it should (${message})`;
}
