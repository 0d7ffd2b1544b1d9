import type { Journal } from '../state/journal.ts';
import type { ApprovalStore, Pending } from '../state/approvals.ts';

/** Where an answer is written down. */
interface Records {
  journal: Journal;
  gate: { approvals: ApprovalStore };
  now(): number;
}

/** Writes down what a person answered, and then lets it count. False when somebody was faster: the first answer is final, and the journal says so too. Throws a GateError when it cannot be written down: it does not count then. */
export async function recordApproval(
  { journal, gate: { approvals }, now }: Records,
  { code, tool, target, summary, caller }: Pending,
  { approved, by, how }: { approved: boolean; by: string; how: string },
): Promise<boolean> {
  const answer = { attempt: code, tool, target, summary, caller, by, how };
  await journal.append({ event: approved ? 'approved' : 'denied', ...answer });
  const counts = await approvals.answer(code, { approved, by, how, at: now() });
  if (!counts)
    await journal.append({
      event: 'refused',
      ...answer,
      reason: 'it was answered before, and the first answer counts',
    });
  return counts;
}
