import { dynamicAddress } from './describe-handlers.ts';
import type { ReverseProxy } from './schema/index.ts';

/** An address that a proxy hands requests on to. */
export interface Upstream {
  address: string;
  /** Whether Caddy looks after it by itself (active), counts its failures (passive), or neither. */
  active: boolean;
  /** Failures after which it is left alone for a while; undefined without passive checks. */
  maxFails: number | undefined;
  /** Its addresses are looked up at each request: Caddy keeps no health of it. */
  isDynamic: boolean;
}

/** The upstreams of a proxy: those with a fixed address, and as one those that are looked up. */
export function upstreamsOf({
  upstreams,
  dynamic_upstreams: dynamic,
  health_checks,
}: ReverseProxy): Upstream[] {
  const passive = health_checks?.passive;
  const counts =
    passive?.fail_duration !== undefined &&
    passive.fail_duration !== null &&
    !/^0[a-zµ]*$/.test(String(passive.fail_duration));
  const fixed = (upstreams ?? []).flatMap(({ dial }): Upstream[] =>
    dial
      ? [
          {
            address: dial,
            active: Boolean(health_checks?.active),
            maxFails: counts ? (passive.max_fails ?? 1) : undefined,
            isDynamic: dial.includes('{'),
          },
        ]
      : [],
  );
  if (!dynamic) return fixed;
  const address = dynamicAddress(dynamic);
  return [...fixed, { address, active: false, maxFails: undefined, isDynamic: true }];
}
