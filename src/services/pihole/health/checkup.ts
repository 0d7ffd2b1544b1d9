import { InputError, UnreachableError } from '../../../core/base/errors.ts';
import { mapLimited } from '../../../core/base/pool.ts';
import { minute } from '../../../core/base/units.ts';
import type { Check } from '../../../core/health.ts';
import type { Reads } from '../client.ts';
import { danglingCnames, type DanglingCname } from '../dangling.ts';
import { recordsOf } from '../records.ts';
import type { Blocking, Dns, Ftl, Message, Question, Summary } from '../schema/index.ts';
import type { Settings } from '../settings.ts';
import type { Hold } from '../vip.ts';
import type { ResolverState } from './resolver.ts';

/** How far back the answers of the upstreams are looked at, in ms. Findings and variables say "15 min". */
const recent = 15 * minute;

/** What the findings on one instance are computed from. A part that is undefined was denied or is missing; the report names it. */
export interface Checkup {
  /** FTL's own. */
  version: string | undefined;
  settings: Settings;
  ftl: Ftl | undefined;
  dns: Dns | undefined;
  blocking: Blocking | undefined;
  summary: Summary | undefined;
  messages: Message[] | undefined;
  /** The newest questions that went upstream. */
  forwarded: Question[] | undefined;
  /** Undefined also where no VIP is configured. */
  hold: Hold | undefined;
  resolver: ResolverState;
  /** CNAMEs that its resolver really answers without an address. */
  dangling: DanglingCname[];
  /** This process is changing a record there. */
  isChanging: boolean;
}

/** Whether FTL was started a moment ago: its lists and counters are still on their way then. */
export const hasJustStarted = ({ ftl }: Pick<Checkup, 'ftl'>): boolean =>
  ftl !== undefined && ftl.uptimeMs < minute;

/** Asks one instance for its checkup. Only what every Pi-hole answers (`/info/login`) decides whether it is there; any other part costs its own gap. `now` is in ms. */
export async function inspectInstance(
  reads: Reads,
  instance: string,
  resolver: Promise<ResolverState>,
  now: number,
  check: Check,
): Promise<Checkup> {
  const { settings } = reads;
  const { vip } = settings;
  const isUnchanged = await reads.untilUnchanged();
  await reads.patiently(() => reads.login());
  const checkPart: Check = (what, ask, options) => check(`${instance}: ${what}`, ask, options);
  const uptime = checkPart('since when it runs', () => reads.ftl(), { extra: true });
  const [version, ftl, dns, blocking, summary, messages, forwarded, hold, resolverState] =
    await Promise.all([
      checkPart('version', () => reads.version(), { extra: true }),
      uptime,
      checkPart('DNS configuration', () => reads.dns()),
      checkPart('blocking', () => reads.blocking()),
      checkPart('statistics and the age of the blocklists', () => reads.summary()),
      checkPart('diagnosis messages', () => reads.messages(), { part: 'messages' }),
      checkPart(
        'answers of the upstreams',
        async () => forwardedSince(reads, now - recent, await uptime),
        { part: 'upstreams' },
      ),
      vip === undefined ? undefined : checkPart('who holds the VIP', () => reads.hold(vip)),
      resolver,
    ]);
  if (summary?.lists === 'not told')
    await checkPart(
      'its blocklists',
      () => Promise.reject(new UnreachableError('it does not tell how many domains they hold')),
      { part: 'lists' },
    );
  return {
    version: version?.ftl,
    settings,
    ftl,
    dns,
    blocking,
    summary,
    messages,
    forwarded,
    hold,
    resolver: resolverState,
    dangling: dns ? await provenDangling(reads, dns, checkPart) : [],
    isChanging: !isUnchanged,
  };
}

/** The highest privacy level shows no questions. Where that is not it, there were none. */
async function forwardedSince(
  reads: Reads,
  since: number,
  ftl: Ftl | undefined,
): Promise<Question[]> {
  const { hidden, rows } = await reads.forwarded(since);
  if (hidden && (ftl?.privacyLevel ?? 3) >= 3)
    throw new UnreachableError('its privacy level shows no questions (or there was none yet)');
  return rows;
}

/** As many CNAMEs are asked for, and as many at once. */
const maxQuestions = 20;
const questionsAtOnce = 5;

/** Its resolver may know the target from elsewhere (DHCP, /etc/hosts, a line of dnsmasq): an address acquits. */
async function provenDangling(reads: Reads, dns: Dns, check: Check): Promise<DanglingCname[]> {
  const suspects = danglingCnames(recordsOf(dns));
  const asked = suspects.slice(0, maxQuestions);
  const left = suspects.length - asked.length;
  if (left > 0)
    await check(`${left} more CNAMEs without a local address`, () =>
      Promise.reject(new InputError(`${maxQuestions} names are asked for in one look`)),
    );
  const verdicts = await mapLimited(asked, questionsAtOnce, async (suspect) =>
    (await hasAddress(reads, suspect.name)) ? [] : [suspect],
  );
  return verdicts.flat();
}

async function hasAddress(reads: Reads, name: string): Promise<boolean> {
  const replies = await Promise.all(
    (['A', 'AAAA'] as const).map((type) => reads.ask(name, type).catch(() => undefined)),
  );
  return replies.some((reply) =>
    reply?.records.some(({ type }) => type === 'A' || type === 'AAAA'),
  );
}
