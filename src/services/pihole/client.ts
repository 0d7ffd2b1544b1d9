import { UnreachableError, UpstreamError } from '../../core/base/errors.ts';
import { askDns, type RecordType } from '../../core/http/dns.ts';
import { path, type ReadHttp, type WriteHttp } from '../../core/http/index.ts';
import { second } from '../../core/base/units.ts';
import { defineClient } from '../../core/service.ts';
import { isAnswered } from './answers.ts';
import type { ChangeStep } from './change-steps.ts';
import { isChanging } from './changes-under-way.ts';
import { describeError, isCollision, isOwnRefusal } from './describe-error.ts';
import type { Settings } from './settings.ts';
import type { DnsRecord } from './records.ts';
import {
  AppSudo,
  Blocking,
  DetailedCnames,
  DetailedHosts,
  Dns,
  Ftl,
  Interfaces,
  Login,
  Messages,
  Queries,
  ReadOnly,
  Search,
  Sessions,
  Summary,
  Version,
} from './schema/index.ts';
import { session } from './session.ts';
import { holdOf } from './vip.ts';

/** How a resolver showed that its restart is over; undefined while it has not. */
export type RestartSign = 'answered' | 'restarted' | undefined;

/** What a resolver says after a change of a record that needs no restart. */
export type AnswerSign = 'as planned' | 'otherwise' | 'silent';

/** Statuses of questions whose answer leads through a blocked name. */
const cnameBlocks = ['GRAVITY_CNAME', 'REGEX_CNAME', 'DENYLIST_CNAME'];
/** How far back they count: clocks may differ. */
const cnameWindowS = 300;
/** FTL tells what was asked about a second later. */
const cnameLagMs = 1_200;

/** How often is asked what heals in seconds, and for how long (ms) at most: a restart of FTL takes one or two. */
const attempts = 3;
const healMs = 2.5 * second;

function reads(http: ReadHttp<Settings>) {
  const ask = (name: string, type: RecordType) =>
    askDns(http.settings.resolver, name, type, http.signal);
  const startedAt = async (): Promise<number> =>
    http.now() - (await http.get(path`/info/ftl`, Ftl)).uptimeMs;
  const answersAsExpected = async (record: DnsRecord, present: boolean): Promise<boolean> =>
    isAnswered(await ask(record.name, record.type === 'AAAA' ? 'AAAA' : 'A'), record) === present;
  return {
    settings: http.settings,
    progress: http.progress,
    /** Asks what a restart of FTL, which takes seconds, would leave without answer: once more a little later. Throws the last failure. */
    patiently: async <T>(ask: () => Promise<T>): Promise<T> => {
      let failure: unknown;
      let left = attempts;
      const answer = await http
        .until(
          async () => {
            left -= 1;
            return ask().then(
              (value) => ({ value }),
              (error: unknown) => {
                if (!mayHeal(error)) throw error;
                failure = error;
                return undefined;
              },
            );
          },
          (given) => given !== undefined || left === 0,
          healMs,
        )
        .catch((error: unknown) => {
          // Whoever asked has no time for another question: what the first one met is still true.
          if (failure === undefined || !(error instanceof UnreachableError)) throw error;
          return undefined;
        });
      if (answer) return answer.value;
      throw failure;
    },
    /** Whether whoever asked has given up waiting: what fails from then on says nothing about the Pi-hole. */
    isOver: () => http.signal.aborted,
    /** Waits a moment for a change that this process is making there; false where it is still under way. */
    untilUnchanged: async (): Promise<boolean> =>
      (await http.until(async () => !isChanging(http.settings), Boolean, healMs)) ?? false,
    /** Whether its resolver runs; every version has it, whatever else is missing. */
    login: () => http.get(path`/info/login`, Login),
    ftl: () => http.get(path`/info/ftl`, Ftl),
    version: () => http.get(path`/info/version`, Version),
    dns: () => http.get(path`/config/dns`, Dns),
    hosts: () => http.get(path`/config/dns/hosts`, DetailedHosts, { detailed: true }),
    cnames: () => http.get(path`/config/dns/cnameRecords`, DetailedCnames, { detailed: true }),
    readOnly: () => http.get(path`/config/misc/readOnly`, ReadOnly),
    appSudo: () => http.get(path`/config/webserver/api/app_sudo`, AppSudo),
    ownSession: () => http.get(path`/auth/sessions`, Sessions),
    /** Its records as stored, as soon as it says so again; undefined where it does not within the bound. */
    lists: (boundMs: number): Promise<Dns | undefined> =>
      http.until(() => http.get(path`/config/dns`, Dns).catch(() => undefined), Boolean, boundMs),
    /** Lists that stand between a name and its local record; empty also where it does not say. */
    blockers: async (name: string): Promise<readonly string[]> => {
      const [{ state }, { blockedBy, allowed }] = await Promise.all([
        http.get(path`/dns/blocking`, Blocking),
        http.get(path`/search/${name}`, Search),
      ]).catch(() => [{ state: 'unknown' }, { blockedBy: [], allowed: false }] as const);
      return state === 'enabled' && !allowed ? blockedBy : [];
    },
    blocking: () => http.get(path`/dns/blocking`, Blocking),
    summary: () => http.get(path`/stats/summary`, Summary),
    messages: () => http.get(path`/info/messages`, Messages),
    /** The newest questions that went upstream since a moment (ms). */
    forwarded: (since: number) =>
      http.get(path`/queries`, Queries, {
        from: Math.floor(since / second),
        status: 'FORWARDED',
        length: 1_000,
      }),
    /** How a question was blocked whose name is on no list, but whose answer leads through one that is. What was just asked is told about a second later. */
    cnameBlock: (name: string): Promise<string | undefined> => {
      const from = Math.floor(http.now() / second) - cnameWindowS;
      return http.until(
        async () => {
          const answers = await Promise.all(
            cnameBlocks.map((status) =>
              http.get(path`/queries`, Queries, { from, status, length: 1_000 }),
            ),
          );
          const rows = answers.flatMap((answer) => answer.rows);
          return rows.find(({ domain }) => domain.toLowerCase() === name)?.status;
        },
        Boolean,
        cnameLagMs,
      );
    },
    hold: async (vip: string) => holdOf(vip, await http.get(path`/network/interfaces`, Interfaces)),
    search: (name: string) => http.get(path`/search/${name}`, Search),
    /** When FTL was started, in ms since the epoch. */
    startedAt,
    /** Asks the resolver itself, not the API. */
    ask,
    /** Waits until the resolver answers as it should with a record in hosts, which takes it about 50 ms. */
    waitUntilAnswered: async (record: DnsRecord, present: boolean): Promise<AnswerSign> => {
      let sign: AnswerSign = 'silent';
      await http.until(
        async () => {
          const isExpected = await answersAsExpected(record, present).catch(() => undefined);
          sign = signOf(isExpected);
        },
        () => sign === 'as planned',
        5 * second,
      );
      return sign;
    },
    /** Waits for a resolver that restarts itself after a change of its CNAMEs: over when it serves, and either answers as it should or was started since. */
    waitUntilRestarted: (
      record: DnsRecord,
      present: boolean,
      startedBefore: number,
    ): Promise<RestartSign> =>
      http.until(async () => {
        const serves = await http.get(path`/info/login`, Login).catch(() => false);
        const expected = serves
          ? await answersAsExpected(record, present).catch(() => undefined)
          : undefined;
        if (expected === undefined) return undefined;
        if (expected) return 'answered';
        const started = await startedAt().catch(() => startedBefore);
        return started > startedBefore + 100 ? 'restarted' : undefined;
      }, Boolean),
  };
}

/** No connection, or a proxy that finds nobody behind it. What answered, answers the same a second later. */
const mayHeal = (error: unknown): boolean =>
  error instanceof UnreachableError ||
  (error instanceof UpstreamError && [502, 503, 504].includes(error.status));

function signOf(isExpected: boolean | undefined): AnswerSign {
  if (isExpected === undefined) return 'silent';
  return isExpected ? 'as planned' : 'otherwise';
}

/** One Pi-hole, as tools and check-ups read it. */
export type Reads = ReturnType<typeof reads>;

export const { read, write, health, doctor, inventory } = defineClient({
  session,
  describeError,
  isOwnRefusal,
  reads,
  writes: (http: WriteHttp<Settings>) => ({
    change: async (steps: readonly ChangeStep[]): Promise<void> => {
      for (const step of steps) await sendPastCollisions(http, step);
    },
  }),
});

/** Two checks of a new configuration at once destroy each other's file, whoever began the other one: nothing is stored then, and a moment later it works. */
async function sendPastCollisions(http: WriteHttp<Settings>, step: ChangeStep): Promise<void> {
  let left = attempts;
  const isSent = await http.until(async () => {
    left -= 1;
    return send(http, step).then(
      () => true,
      (error: unknown) => {
        if (left > 0 && isCollision(error)) return false;
        throw error;
      },
    );
  }, Boolean);
  if (!isSent) await send(http, step);
}

async function send(http: WriteHttp<Settings>, step: ChangeStep): Promise<void> {
  if (step.method === 'PATCH')
    return http.send('PATCH', path`/config`, { config: { dns: { [step.array]: step.entries } } });
  const query = step.restart === false ? { restart: false } : {};
  await http
    .send(step.method, path`/config/dns/${step.array}/${step.entry}`, undefined, query)
    .catch((error: unknown) => {
      if (!isDoneAlready(step.method, error)) throw error;
    });
}

/** Somebody else did the same in between: what is wanted is there. */
const isDoneAlready = (method: 'PUT' | 'DELETE', error: unknown): boolean =>
  error instanceof UpstreamError &&
  (method === 'DELETE'
    ? error.status === 404
    : error.status === 400 && error.message.includes('Item already present'));
