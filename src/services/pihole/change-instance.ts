import { messageOf, UnreachableError } from '../../core/base/errors.ts';
import { second } from '../../core/base/units.ts';
import { stepsToAdd, stepsToRemove, type ChangeStep } from './change-steps.ts';
import type { ChangeRow } from './change-result.ts';
import type { Reads } from './client.ts';
import { clashesWith, isSameRecord, recordsOf, recordText, type DnsRecord } from './records.ts';

/** How long (ms) a list that is not restarting is waited for. */
const lookMs = 5 * second;

export type Verb = 'add' | 'remove';
export type Outcome = Omit<ChangeRow, 'instance'>;

/** The write half of one Pi-hole. */
export interface Writes {
  change(steps: readonly ChangeStep[]): Promise<void>;
}

/**
 * Changes one instance. Its lists are read again first, since another program may have rewritten the very line, and once more afterwards:
 * a status code says what Pi-hole took, only the list says what it holds.
 */
export async function changeInstance(
  instance: Reads & Writes,
  name: string,
  verb: Verb,
  record: DnsRecord,
): Promise<Outcome> {
  const entries = await instance.dns();
  const records = recordsOf(entries);
  const done: Outcome = { outcome: verb === 'add' ? 'added' : 'removed' };
  const isThere = records.some((stored) => isSameRecord(stored, record));
  if (isThere === (verb === 'add'))
    return { outcome: verb === 'add' ? 'already there' : 'not there' };
  const [clash] = verb === 'add' ? clashesWith(record, records) : [];
  if (clash)
    return {
      outcome: 'failed',
      detail: `since the preview it has ${recordText(clash)}, and a name with a CNAME can have no other record`,
    };
  const restarts = record.type === 'CNAME';
  const startedBefore = restarts ? await instance.startedAt() : 0;
  const steps = verb === 'add' ? stepsToAdd(record) : stepsToRemove(record, entries);
  const lost = await sendOrLook(instance, steps, record, verb);
  if (restarts) instance.progress(`${name}: its resolver restarts`);
  const shown = restarts
    ? await afterRestart(instance, verb, record, startedBefore)
    : await afterHosts(instance, verb, record);
  const outcome: Outcome = { ...done, ...shown };
  const held = await heldRecords(instance, record);
  if (held === undefined) return outcome;
  if (held.some((stored) => isSameRecord(stored, record)) !== (verb === 'add'))
    return {
      outcome: 'failed',
      detail:
        verb === 'add'
          ? 'Pi-hole took it and does not hold it: it loses changes that come at the same moment'
          : 'Pi-hole took it and still holds the record: it loses changes that come at the same moment',
    };
  const [neighbour] = verb === 'add' ? clashesWith(record, held) : [];
  const remarks = [
    lost && `its answer was lost (${lost}), and looking showed it`,
    outcome.detail,
    neighbour &&
      `meanwhile somebody added ${recordText(neighbour)}: a name with a CNAME can have no other record`,
  ].filter(Boolean);
  return { ...outcome, detail: remarks.join('; ') };
}

/** Sends a change. Where no good answer came back, the list decides: what it shows as done is done, and the error's words are returned; anything else is thrown. */
const sendOrLook = (
  instance: Reads & Writes,
  steps: readonly ChangeStep[],
  record: DnsRecord,
  verb: Verb,
): Promise<string | undefined> =>
  instance.change(steps).then(
    () => undefined,
    async (error: unknown) => {
      const wasSent = !(error instanceof UnreachableError) || error.sent || steps.length > 1;
      if (!wasSent) throw error;
      const held = await heldRecords(instance, record);
      if (held?.some((stored) => isSameRecord(stored, record)) === (verb === 'add'))
        return messageOf(error).message;
      // A connection that was cut carries nothing any more; a request that was not waited for may still arrive.
      if (held !== undefined && error instanceof UnreachableError && error.sent && !error.timedOut)
        throw new UnreachableError(`${error.message}, and its list does not show it`, {
          cause: error,
          hint: error.hint,
        });
      throw error;
    },
  );

/** The records it holds now; undefined where it does not say within the usual wait. */
const heldRecords = async (
  instance: Reads,
  { type }: DnsRecord,
): Promise<DnsRecord[] | undefined> => {
  const entries = await instance.lists(type === 'CNAME' ? Infinity : lookMs);
  return entries && recordsOf(entries);
};

/** A or AAAA: the resolver has it at once, unless a list decides the answer. */
async function afterHosts(
  instance: Reads,
  verb: Verb,
  record: DnsRecord,
): Promise<Omit<Outcome, 'outcome'>> {
  const blockers = verb === 'add' ? await instance.blockers(record.name) : [];
  const stored = verb === 'add' ? 'stored' : 'no longer stored';
  if (blockers.length > 0)
    return {
      detail: `stored, but a list blocks the name (${blockers.join(', ')}): its resolver does not answer with it`,
    };
  const sign = await instance.waitUntilAnswered(record, verb === 'add');
  if (sign === 'as planned')
    return {
      detail: `its resolver ${verb === 'add' ? 'answers with it' : 'no longer answers with it'}`,
    };
  if (sign === 'silent')
    return {
      detail: `${stored}; its resolver does not answer this machine, so what it says cannot be seen`,
    };
  return {
    detail:
      verb === 'add'
        ? 'stored, but its resolver does not show it yet: see dns_lookup'
        : 'no longer stored, but its resolver still answers with it: see dns_lookup',
  };
}

/** A CNAME: the resolver restarts, and is watched until it is back. */
async function afterRestart(
  instance: Reads,
  verb: Verb,
  record: DnsRecord,
  startedBefore: number,
): Promise<Partial<Outcome>> {
  const sign = await instance.waitUntilRestarted(record, verb === 'add', startedBefore);
  if (sign === undefined)
    return {
      outcome: 'restarting',
      detail: 'taken, but its resolver is not back yet; dns_lookup shows when it is',
    };
  return {
    detail:
      sign === 'answered'
        ? 'restarted and answers as it should'
        : 'restarted; another record or list decides its answer: see dns_lookup',
  };
}
