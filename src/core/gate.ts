import { createHash, randomUUID } from 'node:crypto';
import type { Journal } from './audit.ts';
import { GateError, UnreachableError, wordsFor } from './errors.ts';
import { canonical, type Json, type JsonObject } from './json.ts';
import { decide, type Level } from './policy.ts';
import type { Session, WriteTool } from './service.ts';

/** The call that takes a write back, or why there is none. */
export type Undo = { tool: string; arguments: JsonObject } | { none: string };

/** What a write would do. `before` and `change` are what the decision depends on: no volatile numbers in them. */
export interface Plan<Change extends Json = Json> {
  /** An order: `restart LXC 30062 (n8n) on pve-mini5`. */
  summary: string;
  /** What it touches, stable: `proxmox/default/30062`. */
  target: string;
  before: Json;
  change: Change;
  undo: Undo;
  /** What the operator should know before saying yes. */
  warnings?: readonly string[];
}

/** There is nothing to do; `already` says why, as a sentence. */
export interface Nothing {
  already: string;
  target: string;
}

export type Outcome =
  | ({ outcome: 'preview'; risk: string; next: string } & Plan)
  | ({ outcome: 'already' } & Nothing)
  | ({ outcome: 'done' | 'unfinished'; risk: string; result: Json; text: string } & Plan);

/** `unfinished`: not everything that was planned is done, or not yet. */
type Effect = (change: Json, session: Session) => Promise<{ outcome: 'done' | 'unfinished'; result: Json; text: string }>;
const effects = new WeakMap<WriteTool, Effect>();

/** Hand the gate a tool's effect. Nothing but `pass` can get it back. */
export function gated(tool: WriteTool, effect: Effect): WriteTool {
  effects.set(tool, effect);
  return tool;
}

/** What was shown and what would be done are the same exactly when this is. */
export const digestOf = ({ target, before, change }: Plan): string => createHash('sha256').update(canonical([target, before, change])).digest('base64url');

export interface Guard {
  level: Level;
  journal: Journal;
  caller: string;
}

/** The only way to an effect. Plans, asks the policy, records, and does exactly what was planned, on exactly the instances that answered. */
export async function pass(tool: WriteTool, raw: unknown, confirmed: boolean, session: Session, guard: Guard): Promise<Outcome> {
  const effect = effects.get(tool);
  const decision = decide({ level: guard.level, risk: tool.risk, confirmed });
  if (!effect || decision === 'refuse') throw new GateError(`${tool.name} is not allowed here (writes: ${guard.level})`, { hint: 'Nothing was done.' });
  const silent = new Set<string>();
  const plan = await tool.plan(raw, { ...session, failed: (failure) => { silent.add(failure.instance); session.failed(failure); } });
  if ('already' in plan) return { outcome: 'already', ...plan };
  const record = { attempt: randomUUID(), tool: tool.name, risk: tool.risk, target: plan.target, summary: plan.summary, digest: digestOf(plan), level: guard.level, caller: guard.caller };
  if (decision === 'ask') {
    const unwritable = await guard.journal.append({ event: 'previewed', ...record }).then(() => undefined, (error: unknown) => wordsFor(error).message);
    const warnings = [...(plan.warnings ?? []), ...(unwritable ? [`This cannot be done now: ${unwritable}`] : [])];
    return { outcome: 'preview', risk: tool.risk, ...plan, warnings, next: 'Pass confirm=true to execute.' };
  }
  session.signal.throwIfAborted();
  await guard.journal.append({ event: 'started', ...record, change: plan.change });
  session.signal.throwIfAborted();
  try {
    const done = await effect(plan.change, { ...session, instances: new Map([...session.instances].filter(([name]) => !silent.has(name))) });
    await guard.journal.append({ event: done.outcome === 'done' ? 'finished' : 'unfinished', ...record });
    return { risk: tool.risk, ...plan, ...done };
  } catch (error) {
    throw await failed(error, plan, session, (event, reason) => guard.journal.append({ event, ...record, reason }));
  }
}

/** Records how a started write ended badly, and says what is known about it. */
async function failed(error: unknown, plan: Plan, session: Session, record: (event: 'failed' | 'unknown', reason: string) => Promise<void>): Promise<unknown> {
  const open = session.signal.aborted || (error instanceof UnreachableError && error.sent);
  const { message, hint } = wordsFor(error);
  await record(open ? 'unknown' : 'failed', message).catch(() => undefined);
  if (!open) return error;
  return new UnreachableError(`Whether this was done is unknown: ${plan.summary}. ${message}`, { cause: error, sent: true, hint: `Look at ${plan.target} before trying again. ${hint}`.trim() });
}
