import type { Finding } from '../../../core/health.ts';
import { ago, day, iso } from '../../../core/base/units.ts';
import { serverRef } from '../refs.ts';
import type { Checkup } from './checkup.ts';

/** The API key ends within the configured days, or has ended. */
export function keyExpiring({ instance, now, settings }: Checkup): Finding[] {
  const { keyEndsAt, keyWarnDays } = settings;
  if (keyEndsAt === undefined || keyEndsAt - now > keyWarnDays * day) return [];
  return [
    {
      id: `n8n.key-expiring/${instance}`,
      severity: 'warning',
      subject: 'API key',
      about: [serverRef(instance)],
      effect: 'risk',
      message: `The API key Lares uses ${keyEndsAt <= now ? 'ended' : 'ends'} ${ago(keyEndsAt, now)}: make a new one under Settings > n8n API`,
      since: iso(keyEndsAt),
    },
  ];
}
