import { canonicalAddress } from '../../core/base/address.ts';
import { reverseName, type RecordType } from '../../core/http/dns.ts';
import { messageOf } from '../../core/base/errors.ts';
import { answerOf, asBlocked, isBlocked, noAnswer, type ResolverAnswer } from './answers.ts';
import type { Reads } from './client.ts';
import { chainOf, recordsOf, type DnsRecord } from './records.ts';

/** One instance's view of a name. What its API did not say is undefined, and `problem` says why. */
export interface NameLookup {
  configured?: DnsRecord[] | undefined;
  answers: ResolverAnswer[];
  /** Undefined where it cannot be told. */
  blocked?: boolean | undefined;
  blockedBy?: string[] | undefined;
  problem?: string | undefined;
}

/** What is configured for a name (or an address) and what the resolver really answers. Either half may fail; if both do, the API's error is thrown. */
export async function lookUp(pihole: Reads, subject: string): Promise<NameLookup> {
  const address = canonicalAddress(subject);
  const types: RecordType[] = address ? ['PTR'] : ['A', 'AAAA'];
  const [answers, config, lists] = await Promise.all([
    Promise.all(
      types.map((type) =>
        pihole.ask(address ? reverseName(address) : subject, type).then(
          (reply) => answerOf(type, reply),
          (error: unknown) => noAnswer(type, error),
        ),
      ),
    ),
    settled(pihole.dns()),
    address ? undefined : settled(pihole.search(subject)),
  ]);
  if (!config.ok && answers.every(({ status }) => status === 'no answer')) throw config.error;
  const configured = config.ok ? matching(recordsOf(config.value), subject, address) : undefined;
  const listing = lists?.ok ? lists.value : undefined;
  const isSpecial =
    config.ok &&
    config.value.specialDomains.some(
      (domain) => subject === domain || subject.endsWith(`.${domain}`),
    );
  const seen = address
    ? false
    : isBlocked(answers, {
        listing,
        isSpecial,
        configured: configured ?? [],
        blocking: !config.ok || config.value.blocking,
        mode: config.ok ? config.value.mode : 'NULL',
      });
  const isUndecided =
    seen !== true &&
    !address &&
    config.ok &&
    config.value.blocking &&
    config.value.mode !== 'NULL' &&
    configured?.length === 0 &&
    (config.value.mode.startsWith('IP') || answers.every(({ values }) => values.length === 0));
  const cname = isUndecided ? await settled(pihole.cnameBlock(subject)) : undefined;
  const overCname = cname?.ok ? cname.value : undefined;
  const blocked = overCname === undefined ? seen : true;
  const blockedBy = [
    ...(overCname === undefined ? [] : [`a name that its CNAME leads to (${overCname})`]),
    ...(listing?.blockedBy ?? []),
    ...(isSpecial ? ['special domain of FTL'] : []),
  ];
  const problems = [config, ...(lists ? [lists] : [])].flatMap((half) =>
    half.ok ? [] : [messageOf(half.error).message],
  );
  return {
    configured,
    answers: blocked ? asBlocked(answers) : answers,
    ...(blocked !== undefined && { blocked }),
    ...(blockedBy.length > 0 && { blockedBy }),
    ...(problems.length > 0 && { problem: [...new Set(problems)].join('; ') }),
  };
}

/** For a name: the CNAMEs it leads through and the addresses at their end. For an address: the names that have it. */
function matching(
  records: readonly DnsRecord[],
  subject: string,
  address: string | undefined,
): DnsRecord[] {
  if (address) return records.filter(({ value }) => value === address);
  const chain = chainOf(subject, records);
  const names = [subject, ...chain.map(({ value }) => value)];
  return [
    ...chain,
    ...records.filter(({ type, name }) => type !== 'CNAME' && names.includes(name)),
  ];
}

type Half<T> = { ok: true; value: T } | { ok: false; error: unknown };
const settled = <T>(work: Promise<T>): Promise<Half<T>> =>
  work.then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, error }),
  );
