import type { Runtime } from '../runtime.ts';
import type { Pending } from '../state/approvals.ts';

/** Writes down what a person said, and then lets it count. False when somebody was faster: the first answer is final, and the journal says so too. */
export async function recordApproval(
  { journal, gate: { approvals }, now }: Runtime,
  { code, tool, target, summary, caller }: Pending,
  { approved, by, how }: { approved: boolean; by: string; how: string },
): Promise<boolean> {
  const said = { attempt: code, tool, target, summary, caller, by, how };
  await journal.append({ event: approved ? 'approved' : 'denied', ...said });
  const counts = await approvals.answer(code, { approved, by, how, at: now() });
  if (!counts)
    await journal.append({
      event: 'refused',
      ...said,
      reason: 'it was answered before, and the first answer counts',
    });
  return counts;
}
