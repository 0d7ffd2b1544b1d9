import {
  ConfigError,
  failureVerb,
  fullMessage,
  isUnheard,
  messageOf,
  UpstreamError,
} from '../core/base/errors.ts';
import type { Finding } from '../core/health.ts';
import type { Effect, Ref } from '../core/map.ts';
import type { ConfiguredService } from '../core/runtime.ts';
import { isAwayAsExpected } from './part-time.ts';

/** What an error says of the instance that was asked: no answer of its own, a refusal, or an answer that is one of something broken. */
export function stateAfter(error: unknown): 'unreachable' | 'denied' | 'down' | 'invalid_config' {
  if (error instanceof ConfigError) return 'invalid_config';
  if (isUnheard(error)) return 'unreachable';
  return error instanceof UpstreamError && error.denied ? 'denied' : 'down';
}

/** One of several that told nothing, and how it refused, kept silent or failed. */
export interface SilentInstance {
  name: string;
  state: ReturnType<typeof stateAfter>;
  /** `did not answer`, `refused to answer`. */
  verb: ReturnType<typeof failureVerb>;
}

export const silentAfter = (name: string, error: unknown): SilentInstance => ({
  name,
  state: stateAfter(error),
  verb: failureVerb(error),
});

/** Silence is no answer; an odd one is half an answer; a refusal says nothing of how the server is. */
function effectOf(error: unknown): Effect {
  const state = stateAfter(error);
  if (state === 'unreachable') return 'stops';
  return state === 'down' ? 'degrades' : 'note';
}

/** One server of a service, as the map knows it. */
export const instanceRef = (service: string, instance: string): Ref =>
  `instance/${service}/${instance}`;

/** One of several that did not answer, while another one did. One that refuses is not down: it is the credentials that it does not take. */
export function silentInstance(
  { service, instances }: ConfiguredService,
  instance: string,
  error: unknown,
): Finding {
  const expected = isAwayAsExpected(instances.get(instance), error);
  const subject = `${service.title} ${instance}`;
  const verb = failureVerb(error);
  return {
    id: `${service.id}.${stateAfter(error) === 'denied' ? 'instance-denied' : 'instance-down'}/${instance}`,
    about: [instanceRef(service.id, instance)],
    effect: expected ? 'note' : effectOf(error),
    meaning: 'silent',
    severity: expected ? 'info' : 'warning',
    subject,
    message: expected
      ? `${subject} ${verb}, as is expected of what is part-time: ${messageOf(error).message}`
      : `${subject} ${verb}, while another instance did: ${fullMessage(error)}`,
  };
}
