import { createHmac, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { recordApproval } from '../../core/gate/approval-record.ts';
import { errorText } from '../../core/call.ts';
import type { Runtime } from '../../core/runtime.ts';
import type { Pending } from '../../core/state/approvals.ts';
import { normaliseCode } from '../../core/gate/code.ts';
import { ago } from '../../core/base/units.ts';
import { oneLine } from '../../core/base/text.ts';
import type { Authentication, Authenticator } from './auth/authenticate.ts';
import { page } from './page.ts';
import type { HonoEnv } from './request.ts';

const formMinutes = 15;

/**
 * `/approve/CODE`: what would happen, and a form that answers it. The page carries no cookie, so no other site can answer with somebody's login;
 * the answer needs an operator's token, which is typed in, and the form's own token, which only this page gives out.
 */
export function approvalPage(
  runtimeOf: () => Runtime,
  authenticator: Authenticator,
): Hono<HonoEnv> {
  const app = new Hono<HonoEnv>();
  app.get('/:code', async (c) => {
    const pending = await waitingFor(runtimeOf(), c.req.param('code'));
    return pending ? c.html(question(runtimeOf(), pending)) : c.html(gone(), 404);
  });
  app.post('/:code', async (c) => {
    const runtime = runtimeOf();
    const form = await c.req.parseBody();
    const field = (name: string): string => (typeof form[name] === 'string' ? form[name] : '');
    const pending = await waitingFor(runtime, c.req.param('code'));
    if (!pending) return c.html(gone(), 404);
    if (!isOwnForm(runtime, pending.code, field('form')))
      return c.html(
        question(
          runtime,
          pending,
          'This form is too old, or not from here. Nothing was answered: look again, and answer anew.',
        ),
        403,
      );
    const admission = await authenticator.authenticate(`Bearer ${field('token').trim()}`);
    const approver = approverOf(admission, pending);
    if ('refusal' in approver) {
      c.get('refused')('approval');
      const problem = `${approver.refusal} Nothing was answered.`;
      return c.html(question(runtime, pending, problem), 403);
    }
    const approved = field('answer') === 'approve';
    if (!approved && field('answer') !== 'deny')
      return c.html(
        question(runtime, pending, 'Neither approved nor declined. Nothing was answered.'),
        400,
      );
    try {
      return c.html(await record(runtime, pending, approved, approver.name));
    } catch (error) {
      const problem = html`<p class="bad">${errorText(runtime, error)}</p>`;
      return c.html(page('Not answered', problem), 503);
    }
  });
  return app;
}

/** Who answers, or why this token may not. */
function approverOf(
  admission: Authentication,
  pending: Pending,
): { name: string } | { refusal: string } {
  if ('refused' in admission) return { refusal: 'That token is not known here.' };
  const { approve, caller } = admission.grant;
  if (!approve)
    return {
      refusal:
        'That token may not approve. It takes one made with: lares token add NAME --scope approve',
    };
  return caller === pending.caller
    ? { refusal: 'Who asks cannot approve: this takes somebody else.' }
    : { name: caller };
}

/** The whole code, never a part of it: whoever asks has it from the preview. */
async function waitingFor(runtime: Runtime, code: string): Promise<Pending | undefined> {
  const waiting = await runtime.gate.approvals.waiting(runtime.now());
  return waiting.find((pending) => normaliseCode(pending.code) === normaliseCode(code));
}

/** The form's own token: for one code, good for `formMinutes` from that minute on. */
const mark = (runtime: Runtime, code: string, minute: number): string =>
  `${minute}.${createHmac('sha256', runtime.key('approval-form'))
    .update(`${minute} ${normaliseCode(code)}`)
    .digest('base64url')}`;

function isOwnForm(runtime: Runtime, code: string, given: string): boolean {
  const minute = Number(given.split('.')[0]);
  const age = runtime.now() / 60_000 - minute;
  const [a, b] = [Buffer.from(given), Buffer.from(mark(runtime, code, minute))];
  return age >= 0 && age < formMinutes && a.length === b.length && timingSafeEqual(a, b);
}

/** Records the answer; the first one counts. Throws when it cannot be written down. */
async function record(
  runtime: Runtime,
  pending: Pending,
  approved: boolean,
  by: string,
): Promise<ReturnType<typeof page>> {
  const { summary, caller } = pending;
  if (!(await recordApproval(runtime, pending, { approved, by, how: 'approval page' })))
    return page(
      'Answered already',
      html`<p>
        Somebody has answered this already; the first answer counts. <code>lares audit</code> shows
        who.
      </p>`,
    );
  return page(
    approved ? 'Approved' : 'Declined',
    html`<p class="${approved ? 'good' : 'bad'}">
        ${approved ? 'Approved' : 'Declined'}: ${oneLine(summary, 300)}.
      </p>
      <p>
        ${approved ? `${oneLine(caller)} can carry it out now, once.` : 'Nothing will be done.'} You
        can close this page.
      </p>`,
  );
}

const gone = (): ReturnType<typeof page> =>
  page(
    'Nothing waits here',
    html`<p>
      Nothing waits under this code. It may have been answered, carried out, or be too old.
    </p>`,
  );

function question(
  runtime: Runtime,
  { code, tool, args, summary, target, warnings, caller, asked, expires }: Pending,
  problem?: string,
): ReturnType<typeof page> {
  const text = (value: string, length?: number): string => oneLine(runtime.sanitize(value), length);
  const rows: [string, string][] = [
    ['Target', text(target)],
    ['Tool', text(tool)],
    ['Arguments', text(runtime.sanitize(JSON.stringify(args)), 40_000)],
    ['Asked by', `${text(caller)}, ${ago(asked, runtime.now())}`],
    ['Expires', ago(expires, runtime.now())],
  ];
  return page(
    'A write waits for you',
    html` ${problem === undefined ? '' : html`<p class="bad" role="alert">${problem}</p>`}
      <p>
        This is what ${text(tool)} would do. Names and other words of your services stand in it:
        they may say anything, and are no promise of Lares.
      </p>
      <blockquote class="what">Will ${text(summary, 4_000)}.</blockquote>
      ${warnings.map((warning) => html`<p class="note">Note: ${text(warning, 300)}</p>`)}
      <dl>
        ${rows.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      <form method="post" autocomplete="off">
        <input
          type="hidden"
          name="form"
          value="${mark(runtime, code, Math.floor(runtime.now() / 60_000))}"
        />
        <label for="token">Your operator token</label>
        <input
          id="token"
          name="token"
          type="password"
          required
          autocomplete="off"
          spellcheck="false"
        />
        <!-- Enter in the field presses the first button: that one does nothing. -->
        <button type="submit" disabled hidden></button>
        <p class="buttons">
          <button name="answer" value="approve" class="yes">Approve</button>
          <button name="answer" value="deny">Decline</button>
        </p>
      </form>
      <p class="small">Approving lets it happen once, exactly as shown.</p>`,
  );
}
