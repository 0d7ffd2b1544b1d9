import * as z from 'zod';
import { ShapeError, UpstreamError } from '../../core/base/errors.ts';
import { parseJson } from '../../core/base/json.ts';
import type { Ask, SessionRecipe } from '../../core/http/session.ts';

const Session = z
  .object({
    session: z.object({
      valid: z.boolean(),
      sid: z.string().nullish(),
      message: z.string().nullish(),
    }),
  })
  .transform(({ session }) => session);
const Refusal = z
  .object({ error: z.object({ key: z.string(), message: z.string(), hint: z.string().nullish() }) })
  .transform(({ error }) => error);
type Answer = Awaited<ReturnType<Ask>>;

/**
 * One session an instance, shown as `X-FTL-SID` (no cookie, so no CSRF token). There are 16 seats for everyone, web interface included,
 * and three wrong logins a second lock everybody out, so a refusal is held. FTL before v6.6 may refuse a good session just after a restart.
 */
export const session: SessionRecipe = {
  graceMs: 300,
  holdMs: 5_000,
  login: async (ask, { password }) =>
    proofIn(
      password === undefined
        ? await ask({ method: 'GET', target: '/auth' })
        : await ask({
            method: 'POST',
            target: '/auth',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ password }),
          }),
      password,
    ),
  logout: (ask, proof) => ask({ method: 'DELETE', target: '/auth', headers: proof }),
};

/** A Pi-hole without a password says `valid` with no SID, whatever it was sent: then nothing is shown. */
function proofIn(answer: Answer, password: string | undefined): Record<string, string> {
  const body = parseJson(answer.text);
  const { data: said } = Session.safeParse(body);
  if (answer.status === 200 && said?.valid) return said.sid ? { 'x-ftl-sid': said.sid } : {};
  const what = `${password === undefined ? 'GET' : 'POST'} /auth`;
  if (answer.status === 200)
    throw new ShapeError(`${what}: the answer is not that of a Pi-hole v6`, {
      hint: 'Is PIHOLE_URL the address of Pi-hole itself?',
    });
  const { data: error } = Refusal.safeParse(body);
  const reason = error?.message ?? said?.message ?? answer.reason;
  // Lares is not let in, which says nothing about the resolver: denied, also where the status is 400 or 429.
  const denied =
    error !== undefined &&
    (error.key === 'api_seats_exceeded' || error.key === 'rate_limiting' || isTwoFactor(reason));
  throw new UpstreamError(
    `${what}: ${answer.status} ${reason}`.trim(),
    denied ? 401 : answer.status,
    { hint: wayIn(answer, error?.key, reason, password) },
  );
}

const isTwoFactor = (reason: string): boolean => reason.includes('2FA');

function wayIn(
  { status }: Answer,
  key: string | undefined,
  reason: string,
  password: string | undefined,
): string {
  if (key === 'api_seats_exceeded')
    return 'All its sessions are in use (webserver.api.max_sessions, 16 by default), by browsers and tools that never log out. Lares does not try again by itself: end some under Settings > Web interface / API, or wait until they expire (30 min)';
  if (key === 'rate_limiting')
    return 'Somebody tried wrong passwords a moment ago, and Pi-hole then refuses the right one too. Try again in a few seconds';
  if (isTwoFactor(reason))
    return 'Two-factor login is on, and Lares cannot type codes. Make an app password (Settings > Web interface / API > Configure app password): it needs no code';
  if (status === 401 && password === undefined)
    return 'This Pi-hole wants a password, and PIHOLE_PASSWORD (or PIHOLE_<INSTANCE>_PASSWORD for one of several) is not set';
  if (status === 401)
    return 'PIHOLE_PASSWORD (or PIHOLE_<INSTANCE>_PASSWORD) is not the web password nor the app password of this instance. Tools that sync a pair may have copied the password of the other one';
  if (status === 404) return 'Is this Pi-hole v6? Version 5 has no such API';
  return status >= 500 ? 'FTL has a problem of its own; its log should say which' : '';
}
