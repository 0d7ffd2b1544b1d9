import { GateError, messageOf } from '../base/errors.ts';
import type { Attempt, Guard, Outcome, Plan } from './gate.ts';
import type { JsonObject } from '../base/json.ts';
import type { WriteTool } from '../service.ts';

/** More than a person reads through; who asks for more wants them to stop reading. */
const mostWaiting = 50;

/** What a person types, and where else they can say yes. */
const ways = (code: string, { page }: Guard): string =>
  `\`lares approve ${code}\` in a terminal${page ? `, or ${page}${code} in a browser` : ''}`;

/** Tells what would happen. Where a person has to agree, it is put where that person finds it. */
export async function previewOutcome(
  tool: WriteTool,
  decision: 'show' | 'ask' | 'wait',
  { labels: _, ...plan }: Plan,
  attempt: Attempt,
  code: string | undefined,
  args: JsonObject,
  guard: Guard,
): Promise<Outcome> {
  const expires = guard.now() + guard.codeMs;
  const waits = decision !== 'show' && code !== undefined;
  if (decision === 'ask' && (await guard.approvals.waiting(guard.now())).length >= mostWaiting)
    throw new GateError(`${mostWaiting} writes wait for a person already`, {
      hint: 'Nothing was done. They have to be answered first: `lares approve` lists them.',
    });
  if (decision === 'ask' && code !== undefined)
    await guard.approvals.ask({
      code,
      tool: tool.name,
      args,
      summary: plan.summary,
      target: plan.target,
      warnings: plan.warnings ?? [],
      caller: guard.caller,
      asked: guard.now(),
      expires,
    });
  const unwritable =
    decision === 'wait'
      ? undefined
      : await guard.journal
          .append({ event: decision === 'show' ? 'previewed' : 'waiting', ...attempt })
          .then(
            () => undefined,
            (error: unknown) => messageOf(error).message,
          );
  const warnings = [
    ...(plan.warnings ?? []),
    ...(guard.isKillSwitchOn() ? ['The kill switch is in place: this would be refused now.'] : []),
    ...(unwritable ? [`This cannot be done now: ${unwritable}`] : []),
  ];
  const told = {
    risk: tool.risk,
    ...plan,
    warnings,
    ...(code !== undefined && { code }),
    ...(decision !== 'wait' && code !== undefined && { expires: new Date(expires).toISOString() }),
  };
  const minutes = Math.round(guard.codeMs / 60_000);
  if (waits)
    return {
      outcome: 'waiting',
      ...told,
      approve: `lares approve ${code}`,
      ...(guard.page && { page: guard.page + code }),
      next: `A person has to approve this: ${ways(code, guard)}. Then call again with the same arguments and confirm="${code}" to carry it out and collect the result.`,
    };
  return {
    outcome: 'preview',
    ...told,
    next:
      code === undefined
        ? 'Pass confirm=true to execute.'
        : `Pass confirm="${code}" to execute, once, within ${minutes} min.`,
  };
}
