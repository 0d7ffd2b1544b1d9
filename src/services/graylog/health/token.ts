import type { Finding } from '../../../core/health.ts';
import { ago, day, iso, minute } from '../../../core/base/units.ts';
import type { Tokens } from '../schema/index.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Tokens that were used so shortly before the one that was used last may as well be the one that Lares uses. */
const sameMoment = 5 * minute;

/** The access token ends within the configured days. */
export function tokenFindings(checkup: Checkup): Finding[] {
  const { tokens = [], settings, now } = checkup;
  const ending = inUse(tokens).filter(
    ({ expiresAt = Infinity }) => expiresAt - now <= settings.tokenWarnDays * day,
  );
  return ending.flatMap(({ name, expiresAt }) =>
    expiresAt === undefined
      ? []
      : [
          finding(checkup, 'token-expiring', {
            subject: name || checkup.instance,
            severity: 'warning',
            effect: 'risk',
            since: iso(expiresAt),
            message: `The access token ${name} that Lares uses ${expiresAt <= now ? 'ended' : 'ends'} ${ago(expiresAt, now)}: make a new one (System › Users and Teams › USER › Edit tokens)`,
          }),
        ],
  );
}

/** The token that was used last, which is the one that asks: a user of Lares' own has no other. Graylog does not say which one asked. */
function inUse(tokens: Tokens): Tokens {
  const last = Math.max(...tokens.map(({ lastUsedAt = 0 }) => lastUsedAt));
  return tokens.filter(({ lastUsedAt = 0 }) => lastUsedAt >= last - sameMoment);
}
