import { createHash, randomUUID } from 'node:crypto';
import type { Journal } from './audit.ts';
import { confirmationOf, spent, type Confirmation } from './confirmation.ts';
import { GateError, UnreachableError, wordsFor } from './errors.ts';
import { canonical, type Json, type JsonObject } from './json.ts';
import type { Ledger } from './ledger.ts';
import { decide, type Level } from './policy.ts';
import { protectedBy, type Rule } from './protect.ts';
import type { Sealer } from './seal.ts';
import type { Session, WriteTool } from './service.ts';

/** The call that takes a write back, or why there is none. */
export type Undo = { tool: string; arguments: JsonObject } | { none: string };

/** What a write would do. `before` and `change` are what the decision depends on: no volatile numbers in them. */
export interface Plan<Change extends Json = Json> {
  /** An order: `restart LXC 30062 (n8n) on pve-mini5`. */
  summary: string;
  /** What it touches, stable: `proxmox/default/30062`. */
  target: string;
  /** What `LARES_PROTECT` rules match: `vmid:30062`, `name:n8n`, `tag:web`. */
  labels: readonly string[];
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

/** A plan as it is told: with the code that confirms it, where the level of trust asks for one. */
type Told = Omit<Plan, 'labels'> & { risk: string; next: string; code?: string; expires?: string };

export type Outcome =
  | ({ outcome: 'preview' } & Told)
  | ({ outcome: 'waiting'; approve: string; page?: string } & Told)
  | ({ outcome: 'already' } & Nothing)
  | ({ outcome: 'done' | 'unfinished'; risk: string; approvedBy?: string; result: Json; text: string } & Omit<Plan, 'labels'>);

/** `unfinished`: not everything that was planned is done, or not yet. */
type Effect = (change: Json, session: Session) => Promise<{ outcome: 'done' | 'unfinished'; result: Json; text: string }>;
const effects = new WeakMap<WriteTool, Effect>();

/** Hand the gate a tool's effect. Nothing but `pass` can get it back. */
export function gated(tool: WriteTool, effect: Effect): WriteTool {
  effects.set(tool, effect);
  return tool;
}

/** What was shown and what would be done are the same exactly when this is. */
export const digestOf = ({ target, before, change }: Pick<Plan, 'target' | 'before' | 'change'>): string => createHash('sha256').update(canonical([target, before, change])).digest('base64url');

/** Everything the gate asks before it opens. */
export interface Guard {
  level: Level;
  /** Who asks, as far as can be known: the client's name, or that of its token. */
  caller: string;
  journal: Journal;
  ledger: Ledger;
  sealer: Sealer;
  rules: readonly Rule[];
  /** Whether the kill switch is in place, now. */
  killed(): boolean;
  now(): number;
  /** How long a code is good, in milliseconds. */
  codeMs: number;
  /** Writes that this process is carrying out: the same one is not begun a second time meanwhile. */
  running: Set<string>;
  /** Where a person finds the approval page, when there is one: the URL in front of the code. */
  page?: string | undefined;
}

/** What a person types, and where else they can say yes. */
const ways = (code: string, { page }: Guard): string => `\`lares approve ${code}\` in a terminal${page ? `, or ${page}${code} in a browser` : ''}`;

/** One attempt: what the journal says of it in every line. */
type Attempt = { attempt: string; tool: string; risk: string; target: string; summary: string; digest: string; level: Level; caller: string };

/** The only way to an effect. Plans, asks the policy, records, and does exactly what was planned, on exactly the instances that answered. */
export async function pass(tool: WriteTool, raw: JsonObject, args: JsonObject, confirm: Json | undefined, session: Session, guard: Guard): Promise<Outcome> {
  const answering = new Map(session.instances);
  const considered = await consider(tool, raw, args, confirm, { ...session, failed: (failure) => { answering.delete(failure.instance); session.failed(failure); } }, guard)
    .catch(async (error: unknown) => {
      await guard.journal.append({ event: 'refused', attempt: randomUUID(), tool: tool.name, caller: guard.caller, level: guard.level, arguments: args, reason: wordsFor(error).message }).catch(() => undefined);
      throw error;
    });
  if ('outcome' in considered) return considered;
  return carryOut(tool, considered, { ...session, instances: answering }, guard);
}

interface Considered {
  plan: Plan;
  attempt: Attempt;
  confirmation: Confirmation;
}

async function consider(tool: WriteTool, raw: JsonObject, args: JsonObject, confirm: Json | undefined, session: Session, guard: Guard): Promise<Outcome | Considered> {
  const { level, caller } = guard;
  if (level === 'off') throw new GateError(`${tool.name} is not allowed here (writes: off)`, { hint: 'Nothing was done.' });
  const plan = await tool.plan(raw, session);
  if ('already' in plan) return { outcome: 'already', ...plan };
  const sealed = { tool: tool.name, args: canonical(args), digest: digestOf(plan), caller };
  const confirmation = await confirmationOf(confirm, sealed, { ...guard, now: guard.now() });
  const rule = protectedBy(plan.labels, guard.rules);
  const killed = guard.killed();
  const decision = decide({ level, said: confirmation.said, protectedBy: rule, killed });
  const attempt: Attempt = { attempt: randomUUID(), tool: tool.name, risk: tool.risk, target: plan.target, summary: plan.summary, digest: sealed.digest, level, caller };
  if (decision === 'go') return { plan, attempt, confirmation };
  if (decision === 'refuse') throw refusal(plan, rule, killed);
  return show(tool, decision, plan, attempt, confirmation.code ?? (level === 'confirm' ? undefined : guard.sealer.mint(sealed, guard.now() + guard.codeMs)), args, guard);
}

function refusal(plan: Plan, rule: string | undefined, killed: boolean): GateError {
  if (rule !== undefined) return new GateError(`Protected: ${plan.target} is covered by the rule ${rule}`, { hint: 'Nothing was done. Only the operator can change LARES_PROTECT.' });
  return new GateError(killed ? 'The kill switch is in place: no writes now' : 'This is not allowed here', { hint: 'Nothing was done. Only the operator can change that.' });
}

/** Tells what would happen. Where a person has to agree, it is put where that person finds it. */
async function show(tool: WriteTool, decision: 'show' | 'ask' | 'wait', { labels: _, ...plan }: Plan, attempt: Attempt, code: string | undefined, args: JsonObject, guard: Guard): Promise<Outcome> {
  const expires = guard.now() + guard.codeMs;
  const waits = decision !== 'show' && code !== undefined;
  if (decision === 'ask' && code !== undefined) await guard.ledger.ask({ code, tool: tool.name, args, summary: plan.summary, target: plan.target, warnings: plan.warnings ?? [], caller: guard.caller, asked: guard.now(), expires });
  const unwritable = decision === 'wait' ? undefined : await guard.journal.append({ event: decision === 'show' ? 'previewed' : 'waiting', ...attempt }).then(() => undefined, (error: unknown) => wordsFor(error).message);
  const warnings = [...(plan.warnings ?? []), ...(guard.killed() ? ['The kill switch is in place: this would be refused now.'] : []), ...(unwritable ? [`This cannot be done now: ${unwritable}`] : [])];
  const told = { risk: tool.risk, ...plan, warnings, ...(code !== undefined && { code }), ...(decision !== 'wait' && code !== undefined && { expires: new Date(expires).toISOString() }) };
  const minutes = Math.round(guard.codeMs / 60_000);
  if (waits) return { outcome: 'waiting', ...told, approve: `lares approve ${code}`, ...(guard.page && { page: guard.page + code }), next: `A person has to approve this: ${ways(code, guard)}. Then call again with the same arguments and confirm="${code}" to carry it out and collect the result.` };
  return { outcome: 'preview', ...told, next: code === undefined ? 'Pass confirm=true to execute.' : `Pass confirm="${code}" to execute, once, within ${minutes} min.` };
}

async function carryOut(tool: WriteTool, { plan, attempt, confirmation }: Considered, session: Session, guard: Guard): Promise<Outcome> {
  const effect = effects.get(tool);
  if (!effect) throw new GateError(`${tool.name} has no gated effect`);
  session.signal.throwIfAborted();
  const key = `${tool.name} ${attempt.digest}`;
  if (guard.running.has(key)) throw new GateError(`This is being done right now: ${plan.summary}`, { hint: 'Nothing was done a second time. Wait for the first call, or look at the state.' });
  guard.running.add(key);
  try {
    const { code, approval } = confirmation;
    if (code !== undefined && !(await burnt(code, guard))) throw spent();
    await guard.journal.append({ event: 'started', ...attempt, change: plan.change, ...(approval && { approvedBy: approval.by, how: approval.how }) });
    return await runEffect(effect, { plan, attempt, confirmation }, tool.risk, session, guard);
  } finally {
    guard.running.delete(key);
  }
}

/** A code is taken before anything else happens: if what follows fails, it is gone, and nothing can happen twice. */
const burnt = (code: string, { ledger, now, codeMs }: Guard): Promise<boolean> =>
  ledger.burn(code, now() + codeMs).catch((cause: unknown) => {
    throw new GateError(`The code cannot be marked as used: ${wordsFor(cause).message}`, { cause, hint: 'So it is not used: nothing was done.' });
  });

/** From here on a cancelled call changes nothing any more: the effect runs to its own end, and the journal has the truth. */
async function runEffect(effect: Effect, { plan: { labels: _, ...plan }, attempt, confirmation: { approval } }: Considered, risk: string, session: Session, guard: Guard): Promise<Outcome> {
  const done = await (session.signal.aborted ? Promise.reject(session.signal.reason) : effect(plan.change, { ...session, signal: new AbortController().signal }))
    .catch(async (error: unknown) => { throw await badEnd(error, plan, attempt, guard); });
  const unrecorded = await guard.journal.append({ event: done.outcome === 'done' ? 'finished' : 'unfinished', ...attempt }).then(() => [], () => ['This happened, but its end could not be written to the journal.']);
  return { risk, ...plan, ...(unrecorded.length > 0 && { warnings: [...(plan.warnings ?? []), ...unrecorded] }), ...(approval && { approvedBy: approval.by }), ...done };
}

/** Records how a started write ended badly, and says what is known about it. */
async function badEnd(error: unknown, plan: Pick<Plan, 'summary' | 'target'>, attempt: Attempt, guard: Guard): Promise<unknown> {
  const open = error instanceof UnreachableError && error.sent;
  const { message, hint } = wordsFor(error);
  await guard.journal.append({ event: open ? 'unknown' : 'failed', ...attempt, reason: message }).catch(() => undefined);
  if (!open) return error;
  return new UnreachableError(`Whether this was done is unknown: ${plan.summary}. ${message}`, { cause: error, sent: true, hint: `Look at ${plan.target} before trying again. ${hint}`.trim() });
}
