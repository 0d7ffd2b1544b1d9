import { GateError, InputError } from '../base/errors.ts';
import { iso } from '../base/units.ts';
import type { Json } from '../base/json.ts';
import type { Answer, ApprovalStore } from '../state/approvals.ts';
import type { ConfirmationKind, Level } from './policy.ts';
import type { Sealed, Sealer, Verdict } from './code.ts';

/** What `confirm` turned out to be. `code` is set when it was one that fits. */
export interface Confirmation {
  kind: ConfirmationKind;
  code?: string;
  approval?: Answer;
}

const refusals: Readonly<Record<Exclude<Verdict, 'valid'>, string>> = {
  malformed: 'That is not a code',
  forged: 'That is not a code that was given here',
  expired: 'That code is too old',
  premature:
    'That code is good for longer than codes are here: the clock was set back, or LARES_CODE_TTL_S shortened',
  'other caller': 'That code was given to another caller',
  'other arguments': 'That code was given for other arguments',
  changed: 'What this would do has changed since the code was given',
};

const again = 'Nothing was done. Call again without confirm, and show what it says now.';

/** Whether a call asks for the effect itself and not for a preview, or for a person's answer: only then it waits for its turn. */
export async function seeksEffect(
  confirm: Json | undefined,
  { level, approvals }: { level: Level; approvals: ApprovalStore },
): Promise<boolean> {
  if (level === 'confirm') return confirm === true;
  if (level === 'off' || typeof confirm !== 'string') return false;
  return level === 'sealed' || (await approvals.answerFor(confirm))?.approved === true;
}

/** Verifies what came with a call. Whatever does not fit is refused in its own words, before anything is sent. */
export async function verifyConfirmation(
  confirm: Json | undefined,
  what: Sealed,
  {
    level,
    sealer,
    approvals,
    now,
    codeMs,
  }: { level: Level; sealer: Sealer; approvals: ApprovalStore; now: number; codeMs: number },
): Promise<Confirmation> {
  if (confirm === undefined || confirm === false) return { kind: 'nothing' };
  if (level === 'confirm') {
    if (confirm !== true)
      throw new InputError('confirm: must be true or false', { hint: 'Nothing was done.' });
    return { kind: 'yes' };
  }
  if (typeof confirm !== 'string')
    throw new GateError(`confirm takes the code of the preview here (writes: ${level})`, {
      hint: again,
    });
  const verdict = sealer.verify(confirm, what, now, codeMs);
  if (verdict !== 'valid') throw new GateError(refusals[verdict], { hint: again });
  await refuseSpent(confirm, { approvals });
  const approval = level === 'human' ? await approvals.answerFor(confirm) : undefined;
  if (approval && !approval.approved)
    throw new GateError(`Declined by ${approval.by} (${approval.how}, ${iso(approval.at)})`, {
      hint: 'Nothing was done, and this is final. Ask the person before proposing it again.',
    });
  return { kind: approval ? 'approval' : 'code', code: confirm, ...(approval && { approval }) };
}

/** Throws the refusal of a code that was used before. */
export async function refuseSpent(
  confirm: Json | undefined,
  { approvals }: { approvals: ApprovalStore },
): Promise<void> {
  if (typeof confirm === 'string' && (await approvals.isSpent(confirm))) throw alreadySpent();
}

/** The refusal of a code for the second time, whoever notices. */
export const alreadySpent = (): GateError =>
  new GateError('That code was used already', {
    hint: 'Nothing was done now. Look at the state before proposing it again: the first use may have worked even if its answer was lost.',
  });
