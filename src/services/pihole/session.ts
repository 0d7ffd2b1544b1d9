import { ShapeError, UpstreamError } from '../../core/base/errors.ts';
import { parseJson } from '../../core/base/json.ts';
import type { Ask, Proof, SessionRecipe } from '../../core/http/session.ts';
import { isTwoFactor, loginHint } from './describe-error.ts';
import { Refusal, Session } from './schema/index.ts';

type Answer = Awaited<ReturnType<Ask>>;

/**
 * One session an instance, shown as `X-FTL-SID` (no cookie, so no CSRF token). There are 16 seats for everyone, web interface included,
 * and three wrong logins a second lock everybody out, so a refusal is held. FTL before v6.6 may refuse a good session just after a restart.
 */
export const session: SessionRecipe = {
  kept: true,
  graceMs: 300,
  holdMs: 5_000,
  login: async (ask, { password }) =>
    proofOf(
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

/** A Pi-hole without a password says `valid` with no SID, whatever it was sent: then nothing is shown. Throws why there is no session. */
function proofOf(answer: Answer, password: string | undefined): Proof {
  const body = parseJson(answer.text);
  const { data: login } = Session.safeParse(body);
  if (answer.status === 200 && login?.valid) return login.sid ? { 'x-ftl-sid': login.sid } : {};
  const what = `${password === undefined ? 'GET' : 'POST'} /auth`;
  if (answer.status === 200)
    throw new ShapeError(`${what}: the answer is not that of a Pi-hole v6`, {
      hint: 'Is PIHOLE_URL the address of Pi-hole itself?',
    });
  const { data: refusal } = Refusal.safeParse(body);
  const reason = refusal?.message ?? login?.message ?? answer.reason;
  // Lares is not let in, which says nothing about the resolver: denied, also where the status is 400 or 429.
  const denied =
    refusal !== undefined &&
    (refusal.key === 'api_seats_exceeded' ||
      refusal.key === 'rate_limiting' ||
      isTwoFactor(reason));
  throw new UpstreamError(
    `${what}: ${answer.status} ${reason}`.trim(),
    denied ? 401 : answer.status,
    { hint: loginHint(answer.status, refusal?.key, reason, password) },
  );
}
