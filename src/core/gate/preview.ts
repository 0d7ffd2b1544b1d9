import { GateError, messageOf } from '../base/errors.ts';
import { ownCommand } from '../base/own-command.ts';
import type { JsonObject } from '../base/json.ts';
import type { Decided } from './decision.ts';
import type { Guard } from './guard.ts';
import { approvalText, confirmText } from './outcome-text.ts';
import type { Outcome } from './plan.ts';

/** More than a person reads through; who asks for more wants them to stop reading. */
const maxWaiting = 50;

/** Shows what would happen. Where a person has to agree, it is put where that person finds it. Throws a GateError when too many writes wait already. */
export async function previewOutcome(
  planned: Decided,
  args: JsonObject,
  guard: Guard,
): Promise<Outcome> {
  const decided = await withDependants(planned, guard);
  const { decision, attempt, plan } = decided;
  const { labels: _, about: __, ...shown } = plan;
  const expires = guard.now() + guard.codeMs;
  const code = codeFor(decided, expires, guard);
  if (decision === 'ask' && code !== undefined)
    await askPerson(decided, code, expires, args, guard);
  const preview = {
    risk: attempt.risk,
    ...shown,
    warnings: await warningsOf(decided, guard),
    ...(code !== undefined && { code }),
    ...(decision !== 'wait' && code !== undefined && { expires: new Date(expires).toISOString() }),
  };
  if (decision === 'show' || code === undefined)
    return { outcome: 'preview', ...preview, next: confirmText(code, guard.codeMs) };
  return {
    outcome: 'waiting',
    ...preview,
    approve: ownCommand(`approve ${code}`),
    ...(guard.page && { page: guard.page + code }),
    next: approvalText(code, guard.page),
  };
}

/** The plan with what stands on what it touches. Who asks again for what waits already is told that a person decides, and nobody is asked for the map once more. */
async function withDependants(decided: Decided, { dependantsOf }: Guard): Promise<Decided> {
  const { plan, decision } = decided;
  const { about = [], warnings = [] } = plan;
  if (about.length === 0 || decision === 'wait' || !dependantsOf) return decided;
  return { ...decided, plan: { ...plan, warnings: [...warnings, ...(await dependantsOf(about))] } };
}

/** The code that came with the call when it fits, so that one plan keeps one code; else a new one. At `confirm: true` there is none. */
function codeFor(
  { confirmation, sealed }: Decided,
  expires: number,
  { level, sealer }: Guard,
): string | undefined {
  if (confirmation.code !== undefined) return confirmation.code;
  return level === 'confirm' ? undefined : sealer.mint(sealed, expires);
}

async function askPerson(
  { plan, attempt }: Decided,
  code: string,
  expires: number,
  args: JsonObject,
  { approvals, caller, now }: Guard,
): Promise<void> {
  const asked = now();
  if ((await approvals.waiting(asked)).length >= maxWaiting)
    throw new GateError(`${maxWaiting} writes wait for a person already`, {
      hint: 'Nothing was done. They have to be answered first: `lares approve` lists them.',
    });
  await approvals.ask({
    code,
    tool: attempt.tool,
    args,
    summary: plan.summary,
    target: plan.target,
    warnings: plan.warnings ?? [],
    caller,
    asked,
    expires,
  });
}

/** The plan's own, and what stands in the way of carrying it out now. A repeated question of a write that waits already is not recorded again. */
async function warningsOf(
  { decision, attempt, plan }: Decided,
  { journal, isKillSwitchOn }: Guard,
): Promise<string[]> {
  const warnings = [...(plan.warnings ?? [])];
  if (isKillSwitchOn()) warnings.push('The kill switch is in place: this would be refused now.');
  if (decision === 'wait') return warnings;
  try {
    await journal.append({ event: decision === 'show' ? 'previewed' : 'waiting', ...attempt });
  } catch (error) {
    warnings.push(`This cannot be done now: ${messageOf(error).message}`);
  }
  return warnings;
}
