import { messageOf, ShapeError, UpstreamError } from '../../../core/base/errors.ts';
import type { Finding } from '../../../core/health.ts';
import type { Reads } from '../client.ts';
import { instanceRef, pair } from '../refs.ts';
import { finding } from './finding.ts';

/** Whether a resolver answers DNS, which needs no password and no API. `not asked`: the time was over first, which says nothing about it. */
export type ResolverState =
  | { state: 'serves' | 'not asked' }
  | {
      state: 'silent';
      /** What was tried, and how it failed. */
      why: string;
    };

export const isSilent = (
  resolver: ResolverState | undefined,
): resolver is Extract<ResolverState, { state: 'silent' }> => resolver?.state === 'silent';

/** Asks its resolver for its own name, and once more before it is called silent. */
export const askResolver = (reads: Reads): Promise<ResolverState> =>
  reads
    .patiently(() => reads.ask('pi.hole', 'A'))
    .then(
      (): ResolverState => ({ state: 'serves' }),
      (error: unknown): ResolverState =>
        reads.isOver()
          ? { state: 'not asked' }
          : { state: 'silent', why: messageOf(error).message },
    );

/** An instance whose resolver gives no answers: an outage where no other one does, and no more than a restart where it has just been started. */
export function resolverFindings(
  instance: string,
  resolvers: ReadonlyMap<string, ResolverState>,
  isStarting: boolean,
): Finding[] {
  const resolver = resolvers.get(instance);
  if (!isSilent(resolver)) return [];
  const serving = [...resolvers].filter(([, { state }]) => state === 'serves');
  const names = serving.map(([name]) => name).join(' and ');
  const others = serving.length > 0 ? `, only ${names} does` : '';
  const severity = severityOf(serving.length > 0, isStarting);
  const isLast = resolvers.size > 1 && [...resolvers.values()].every(isSilent);
  return [
    finding('dns-silent', instance, {
      severity,
      about: [instanceRef(instance), ...(isLast ? [pair] : [])],
      effect: severity === 'info' ? 'note' : 'stops',
      meaning: 'dns',
      message: `${instance} gives no DNS answers${others}: ${resolver.why}`,
      next: { tool: 'dns_lookup', arguments: { domain: 'pi.hole' } },
    }),
  ];
}

function severityOf(hasPartner: boolean, isStarting: boolean): Finding['severity'] {
  if (!hasPartner) return isStarting ? 'warning' : 'critical';
  return isStarting ? 'info' : 'warning';
}

/** The error of a service none of whose APIs answered, with what is known of DNS all the same; where nothing is there at all, the error as it is. */
export function withResolvers(
  error: unknown,
  resolvers: ReadonlyMap<string, ResolverState>,
): unknown {
  if (!(error instanceof UpstreamError || error instanceof ShapeError)) return error;
  const { message, hint } = error;
  const serving = [...resolvers].filter(([, { state }]) => state === 'serves');
  const silent = [...resolvers].filter(([, resolver]) => isSilent(resolver));
  const words = [
    serving.length > 0 && `DNS is answered all the same (${namesOf(serving)})`,
    silent.length > 0 && `no DNS answers either from ${namesOf(silent)}`,
  ].filter(Boolean);
  if (words.length === 0) return error;
  const more = { hint, cause: error };
  return error instanceof UpstreamError
    ? new UpstreamError(`${message}; ${words.join('; ')}`, error.status, {
        ...more,
        front: error.front,
        silent: error.silent,
      })
    : new ShapeError(`${message}; ${words.join('; ')}`, more);
}

const namesOf = (resolvers: readonly (readonly [string, ResolverState])[]): string =>
  resolvers.map(([name]) => name).join(', ');
