import { isFrom } from './version.ts';

/** A token as NetBox keeps it. `text` is what the user holds: 40 characters, or `nbt_<key>.<secret>`. */
export interface Token {
  text: string;
  enabled: boolean;
  expired: boolean;
  /** The only source address it works from; any when empty. */
  allowedIp: string;
  /** Object types its user may view; all when absent. */
  view?: readonly string[];
}

/** A token that works, from everywhere and for everything. */
export const token = (text: string): Token => ({
  text,
  enabled: true,
  expired: false,
  allowedIp: '',
});

/** The token behind a header, `anonymous`, or why it is refused: netbox/api/authentication.py of 4.4 and of 4.6. */
export function authenticate(
  header: string | undefined,
  tokens: readonly Token[],
  release: string,
): Token | 'anonymous' | { detail: string } {
  const words = (header ?? '').split(' ').filter(Boolean);
  const scheme = words[0]?.toLowerCase();
  const modern = isFrom(release, '4.5');
  if (scheme !== 'token' && !(modern && scheme === 'bearer')) return 'anonymous';
  if (words.length !== 2)
    return {
      detail: modern
        ? 'Invalid authorization header: Must be in the form "Bearer <key>.<token>" or "Token <token>"'
        : 'Invalid token header. Token string should not contain spaces.',
    };
  const text = words[1] ?? '';
  const isV2 = text.startsWith('nbt_');
  if (modern && isV2 && !text.includes('.'))
    return {
      detail:
        "Invalid authorization header: Could not parse key from v2 token. Did you mean to use 'Token' instead of 'Bearer'?",
    };
  const match = tokens.find((candidate) => candidate.text === text);
  if (!match || (isV2 && !modern))
    return { detail: modern ? `Invalid v${isV2 ? 2 : 1} token` : 'Invalid token' };
  if (match.allowedIp && match.allowedIp !== '127.0.0.1')
    return { detail: 'Source IP 127.0.0.1 is not permitted to authenticate using this token.' };
  if (!match.enabled) return { detail: 'Token disabled' };
  return match.expired ? { detail: 'Token expired' } : match;
}
