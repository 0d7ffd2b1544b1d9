import { messageOf } from '../../core/base/errors.ts';
import type { DnsReply, RecordType } from '../../core/http/dns.ts';
import { bareName, type DnsRecord } from './records.ts';

/** What a resolver answered to one question, in words. */
export interface ResolverAnswer {
  type: RecordType;
  status: 'answered' | 'no such record' | 'no such name' | 'refused' | 'failed' | 'no answer';
  /** Addresses (or names, for PTR). */
  values: string[];
  /** The CNAMEs on the way. */
  chain: string[];
  ttlSeconds?: number | undefined;
  problem?: string | undefined;
}

/** A reply, in words. Values are sorted: resolvers rotate them. */
export function answerOf(type: RecordType, { status, records }: DnsReply): ResolverAnswer {
  const matches = records.filter((record) => record.type === type);
  const chain = records
    .filter((record) => record.type === 'CNAME')
    .map(({ value }) => bareName(value));
  const answer = {
    type,
    values: matches.map(({ value }) => bareName(value)).sort(),
    chain,
    ttlSeconds: matches[0]?.ttlSeconds,
  };
  if (status === 'NOERROR')
    return { ...answer, status: matches.length > 0 ? 'answered' : 'no such record' };
  if (status === 'NXDOMAIN') return { ...answer, status: 'no such name' };
  return status === 'REFUSED'
    ? {
        ...answer,
        status: 'refused',
        problem:
          'REFUSED: this machine may not ask, or asked more than its share (1000 a minute by default)',
      }
    : { ...answer, status: 'failed', problem: status };
}

/** What stands for a reply that never came. */
export const noAnswer = (type: RecordType, error: unknown): ResolverAnswer => ({
  type,
  status: 'no answer',
  values: [],
  chain: [],
  problem: messageOf(error).message,
});

/** Whether the resolver answers with a record. */
export const isAnswered = ({ records }: DnsReply, { name, type, value }: DnsRecord): boolean =>
  records.some(
    (record) =>
      bareName(record.name) === name && record.type === type && bareName(record.value) === value,
  );

/** What a blocked name is answered with. */
const nullAddresses = new Set(['0.0.0.0', '::']);

/** What is known of a name besides its answers. */
export interface BlockingContext {
  blocking: boolean;
  mode: string;
  /** Undefined where Pi-hole did not say what its lists hold. */
  listing: Listing | undefined;
  /** FTL answers for this name itself (canary domains of browsers and phones). */
  isSpecial: boolean;
  configured: readonly DnsRecord[];
}

/** What the lists of a Pi-hole say of a name. */
export interface Listing {
  blockedBy: readonly string[];
  allowed: boolean;
  /** A rule of its denylist says itself what is answered (`;reply=NODATA`). */
  hasReply: boolean;
}

/**
 * Whether a list stands between the name and its answer; undefined where that cannot be told. In the usual mode a blocked name is answered with a null address;
 * in the others (NXDOMAIN, NODATA, IP, IP_NODATA_AAAA), and for rules that have an answer of their own, a list that has it and the missing answer are the only signs.
 */
export function isBlocked(
  answers: readonly ResolverAnswer[],
  { blocking, mode, listing, isSpecial, configured }: BlockingContext,
): boolean | undefined {
  const values = answers
    .flatMap((answer) => answer.values)
    .filter((value) => !configured.some((record) => record.value === value));
  if (values.some((value) => nullAddresses.has(value))) return true;
  if (!blocking || configured.length > 0) return false;
  const isAddressed = values.length > 0;
  if (!isAddressed && answers.some(({ status }) => status === 'no answer')) return undefined;
  if (isSpecial && !isAddressed) return true;
  if (listing === undefined) return isAddressed && !mode.startsWith('IP') ? false : undefined;
  if (listing.allowed || listing.blockedBy.length === 0) return false;
  if (mode.startsWith('IP')) return isAddressed || listing.hasReply;
  return !isAddressed && (listing.hasReply || mode !== 'NULL');
}

/** Answers of a name that a list blocks: what looks like a refusal of this machine is what the rule says. */
export const asBlocked = (answers: readonly ResolverAnswer[]): ResolverAnswer[] =>
  answers.map((answer) =>
    answer.status === 'refused' ? { ...answer, problem: 'a rule of its lists answers so' } : answer,
  );
