import { UpstreamError } from '../../core/base/errors.ts';
import { askDns, type RecordType } from '../../core/http/dns.ts';
import { path, type ReadHttp, type WriteHttp } from '../../core/http/index.ts';
import { second } from '../../core/base/units.ts';
import { defineClient } from '../../core/service.ts';
import { isAnswered } from './answers.ts';
import type { ChangeStep } from './change-steps.ts';
import { describeError, isOwnRefusal } from './describe-error.ts';
import type { Settings } from './settings.ts';
import type { DnsRecord } from './records.ts';
import {
  AppSudo,
  Blocking,
  DetailedCnames,
  DetailedHosts,
  Dns,
  Interfaces,
  Login,
  Messages,
  Queries,
  ReadOnly,
  Search,
  Sessions,
  Summary,
  Uptime,
  Version,
} from './schema/index.ts';
import { session } from './session.ts';
import { holdOf } from './vip.ts';

/** How a resolver showed that its restart is over; undefined while it has not. */
export type RestartSign = 'answered' | 'restarted' | undefined;

function reads(http: ReadHttp<Settings>) {
  const ask = (name: string, type: RecordType) =>
    askDns(http.settings.resolver, name, type, http.signal);
  const startedAt = async (): Promise<number> =>
    http.now() - (await http.get(path`/info/ftl`, Uptime));
  const answersAsExpected = async (record: DnsRecord, present: boolean): Promise<boolean> =>
    isAnswered(await ask(record.name, record.type === 'AAAA' ? 'AAAA' : 'A'), record) === present;
  return {
    settings: http.settings,
    progress: http.progress,
    version: () => http.get(path`/info/version`, Version),
    dns: () => http.get(path`/config/dns`, Dns),
    hosts: () => http.get(path`/config/dns/hosts`, DetailedHosts, { detailed: true }),
    cnames: () => http.get(path`/config/dns/cnameRecords`, DetailedCnames, { detailed: true }),
    readOnly: () => http.get(path`/config/misc/readOnly`, ReadOnly),
    appSudo: () => http.get(path`/config/webserver/api/app_sudo`, AppSudo),
    ownSession: () => http.get(path`/auth/sessions`, Sessions),
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
    hold: async (vip: string) => holdOf(vip, await http.get(path`/network/interfaces`, Interfaces)),
    search: (name: string) => http.get(path`/search/${name}`, Search),
    /** When FTL was started, in ms since the epoch. */
    startedAt,
    /** Asks the resolver itself, not the API. */
    ask,
    /** Waits until the resolver answers as it should with a record in hosts, which takes it about 50 ms. */
    waitUntilAnswered: async (record: DnsRecord, present: boolean): Promise<boolean> =>
      (await http.until(
        () => answersAsExpected(record, present).catch(() => false),
        Boolean,
        5 * second,
      )) ?? false,
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

/** One Pi-hole, as tools and check-ups read it. */
export type Reads = ReturnType<typeof reads>;

export const { read, write, health, doctor, inventory } = defineClient({
  session,
  describeError,
  isOwnRefusal,
  reads,
  writes: (http: WriteHttp<Settings>) => ({
    change: async (steps: readonly ChangeStep[]): Promise<void> => {
      for (const step of steps) await send(http, step);
    },
  }),
});

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
