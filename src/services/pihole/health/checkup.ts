import { messageOf, UnreachableError } from '../../../core/base/errors.ts';
import { minute } from '../../../core/base/units.ts';
import type { Check } from '../../../core/health.ts';
import type { Reads } from '../client.ts';
import type { Blocking, Dns, Message, Question, Summary } from '../schema/index.ts';
import type { Settings } from '../settings.ts';
import type { Hold } from '../vip.ts';

/** How far back the answers of the upstreams are looked at, in ms. Findings and variables say "15 min". */
const recent = 15 * minute;

/** What the findings on one instance are computed from. A part that is undefined was denied or is missing; the report names it. */
export interface Checkup {
  /** FTL's own. */
  version: string | undefined;
  settings: Settings;
  dns: Dns | undefined;
  blocking: Blocking | undefined;
  summary: Summary | undefined;
  messages: Message[] | undefined;
  /** The newest questions that went upstream. */
  forwarded: Question[] | undefined;
  /** Undefined also where no VIP is configured. */
  hold: Hold | undefined;
  /** Why its resolver does not answer; undefined while it does. */
  silence: string | undefined;
}

/** Asks one instance for its checkup. Its version comes first: if that fails, the instance does not answer, and nothing else is asked. `now` is in ms. */
export async function inspectInstance(
  reads: Reads,
  instance: string,
  now: number,
  check: Check,
): Promise<Checkup> {
  const { settings } = reads;
  const { vip } = settings;
  const resolver = reads.ask('pi.hole', 'A').then(
    () => undefined,
    (error: unknown) => messageOf(error).message,
  );
  const version = await reads.version();
  const checkPart: Check = (what, ask) => check(`${instance}: ${what}`, ask);
  const [dns, blocking, summary, messages, forwarded, hold, silence] = await Promise.all([
    checkPart('DNS configuration', () => reads.dns()),
    checkPart('blocking', () => reads.blocking()),
    checkPart('statistics and the age of the blocklists', () => reads.summary()),
    checkPart('diagnosis messages', () => reads.messages()),
    checkPart('answers of the upstreams', () => forwardedSince(reads, now - recent)),
    vip === undefined ? undefined : checkPart('who holds the VIP', () => reads.hold(vip)),
    resolver,
  ]);
  return {
    version: version.ftl,
    settings,
    dns,
    blocking,
    summary,
    messages,
    forwarded,
    hold,
    silence,
  };
}

async function forwardedSince(reads: Reads, since: number): Promise<Question[]> {
  const { hidden, rows } = await reads.forwarded(since);
  if (hidden)
    throw new UnreachableError('its privacy level shows no questions (or there was none yet)');
  return rows;
}
