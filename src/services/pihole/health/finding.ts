import type { Finding } from '../../../core/health.ts';
import type { Effect, Ref } from '../../../core/map.ts';

type Details = Omit<Finding, 'id' | 'subject'> & {
  subject?: string;
  about: readonly Ref[];
  effect: Effect;
};

/** A finding of Pi-hole called `pihole.kind/key`. Its subject is that key, unless the details name another. */
export const finding = (kind: string, key: string, details: Details): Finding => ({
  id: `pihole.${kind}/${key}`,
  subject: key,
  ...details,
});
