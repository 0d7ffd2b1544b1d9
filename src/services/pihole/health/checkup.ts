import type { Check } from '../../../core/health.ts';
import { UnreachableError, messageOf } from '../../../core/base/errors.ts';
import type { Reads } from '../client.ts';

const recentMs = 15 * 60_000;

/** Everything a check-up wants to know of one instance. Its version is asked first: if that fails, the instance does not answer, and nothing else is asked. */
export async function inspectInstance(one: Reads, instance: string, now: number, check: Check) {
  const { settings } = one;
  const resolver = one.ask('pi.hole', 'A').then(
    () => undefined,
    (error: unknown) => messageOf(error).message,
  );
  const version = await one.version();
  const ask = <T>(what: string, work: () => Promise<T>): Promise<T | undefined> =>
    check(`${instance}: ${what}`, work);
  const [dns, blocking, summary, messages, forwarded, hold, silence] = await Promise.all([
    ask('DNS configuration', () => one.dns()),
    ask('blocking', () => one.blocking()),
    ask('statistics and the age of the blocklists', () => one.summary()),
    ask('diagnosis messages', () => one.messages()),
    ask('answers of the upstreams', async () => shown(await one.forwarded(now - recentMs))),
    settings.vip === undefined
      ? undefined
      : ask('who holds the VIP', () => one.hold(settings.vip ?? '')),
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

/** What one instance told; `silence` says why its resolver does not answer, if it does not. */
export type Checkup = Awaited<ReturnType<typeof inspectInstance>>;

function shown<T>({ hidden, rows }: { hidden: boolean; rows: T }): T {
  if (hidden)
    throw new UnreachableError('its privacy level shows no questions (or there was none yet)');
  return rows;
}
