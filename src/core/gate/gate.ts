import { createHash, randomUUID } from 'node:crypto';
import type { Journal } from '../state/journal.ts';
import { verifyConfirmation, alreadySpent, type Confirmation } from './confirmation.ts';
import {
  GateError,
  InputError,
  UnreachableError,
  messageOf,
  type Failure,
} from '../base/errors.ts';
import { Trace } from '../base/trace.ts';
import { canonical, type Json, type JsonObject } from '../base/json.ts';
import type { ApprovalStore } from '../state/approvals.ts';
import { decide, type Level } from './policy.ts';
import { previewOutcome } from './preview.ts';
import { matchingRule, type Rule } from './protect.ts';
import { alreadyRunning, inFlight, repeatRefusal } from './repetition.ts';
import { normaliseCode, type Sealer } from './code.ts';
import type { CallContext, WriteTool } from '../service.ts';

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
export interface NothingToDo {
  already: string;
  target: string;
}

/** A plan as it is told: with the code that confirms it, where the level of trust asks for one. */
type Told = Omit<Plan, 'labels'> & { risk: string; next: string; code?: string; expires?: string };

export type Outcome =
  | ({ outcome: 'preview' } & Told)
  | ({ outcome: 'waiting'; approve: string; page?: string } & Told)
  | ({ outcome: 'already' } & NothingToDo)
  | ({
      outcome: 'done' | 'unfinished';
      risk: string;
      approvedBy?: string;
      result: Json;
      text: string;
    } & Omit<Plan, 'labels'>);

/** `unfinished`: not everything that was planned is done, or not yet. */
type Effect = (
  change: Json,
  session: CallContext,
) => Promise<{ outcome: 'done' | 'unfinished'; result: Json; text: string }>;
const effects = new WeakMap<WriteTool, Effect>();

/** Hand the gate a tool's effect. Nothing but `pass` can get it back. */
export function registerEffect(tool: WriteTool, effect: Effect): WriteTool {
  effects.set(tool, effect);
  return tool;
}

/** What was shown and what would be done are the same exactly when this is. */
export const digestOf = ({
  target,
  before,
  change,
}: Pick<Plan, 'target' | 'before' | 'change'>): string =>
  createHash('sha256')
    .update(canonical([target, before, change]))
    .digest('base64url');

/** Everything the gate asks before it opens. */
export interface Guard {
  level: Level;
  /** Who asks, as far as can be known: the client's name, or that of its token. */
  caller: string;
  journal: Journal;
  approvals: ApprovalStore;
  sealer: Sealer;
  rules: readonly Rule[];
  /** Whether the kill switch is in place, now. */
  isKillSwitchOn(): boolean;
  now(): number;
  /** How long a code is good, in milliseconds. */
  codeMs: number;
  /** Writes that this process is carrying out, and by which attempt: the same one is not begun a second time meanwhile. */
  running: Map<string, string>;
  /** Where a person finds the approval page, when there is one: the URL in front of the code. */
  page?: string | undefined;
}

/** One attempt: what the journal says of it in every line. */
export type Attempt = {
  attempt: string;
  tool: string;
  risk: string;
  target: string;
  summary: string;
  digest: string;
  level: Level;
  caller: string;
};

/** The only way to an effect. Plans, asks the policy, records, and does exactly what was planned, on exactly the instances that answered. */
export async function commit(
  tool: WriteTool,
  raw: JsonObject,
  args: JsonObject,
  confirm: Json | undefined,
  session: CallContext,
  guard: Guard,
): Promise<Outcome> {
  const answering = new Map(session.instances);
  const planning: CallContext = {
    ...session,
    failed: (failure) => {
      answering.delete(failure.instance);
      session.failed(failure);
    },
  };
  const id = randomUUID();
  try {
    const considered = await planAndDecide(tool, raw, args, confirm, planning, guard, id)
      .then(async (one) => {
        if (!('outcome' in one)) await recordStart(one, session.signal, guard);
        return one;
      })
      .catch(async (error: unknown) => {
        throw await recordRefusal(tool, args, error, guard, id);
      });
    if ('outcome' in considered) return considered;
    return await runEffect(tool, considered, { ...session, instances: answering }, guard);
  } finally {
    for (const [what, whose] of guard.running) if (whose === id) guard.running.delete(what);
    inFlight.delete(id);
  }
}

/** Records that somebody tried and was not let through, if it can be recorded: nothing happened, so nothing depends on it. */
export async function recordRefusal(
  { name }: Pick<WriteTool, 'name'>,
  args: JsonObject,
  error: unknown,
  { journal, caller, level }: Guard,
  id: string = randomUUID(),
): Promise<unknown> {
  await journal
    .append({
      event: 'refused',
      attempt: id,
      tool: name,
      caller,
      level,
      arguments: args,
      reason: messageOf(error).message,
    })
    .catch(() => undefined);
  return error;
}

interface Decided {
  plan: Plan;
  attempt: Attempt;
  confirmation: Confirmation;
}

async function planAndDecide(
  tool: WriteTool,
  raw: JsonObject,
  args: JsonObject,
  confirm: Json | undefined,
  session: CallContext,
  guard: Guard,
  id: string,
): Promise<Outcome | Decided> {
  const { level, caller } = guard;
  if (level === 'off')
    throw new GateError(`${tool.name} is not allowed here (writes: off)`, {
      hint: 'Nothing was done.',
    });
  if (!fits(args))
    throw new InputError(
      `The arguments are too large or too deep: a write takes at most ${mostArgumentBytes / 1024} KiB`,
      { hint: 'Nothing was done.' },
    );
  const plan = await tool.plan(raw, session);
  if ('already' in plan) return { outcome: 'already', ...plan };
  const sealed = { tool: tool.name, args: canonical(args), digest: digestOf(plan), caller };
  const confirmation = await verifyConfirmation(confirm, sealed, { ...guard, now: guard.now() });
  const rule = matchingRule(plan.labels, guard.rules);
  const decision = decide({
    level,
    said: confirmation.said,
    protectedBy: rule,
    killed: guard.isKillSwitchOn(),
  });
  const attempt: Attempt = {
    attempt: id,
    tool: tool.name,
    risk: tool.risk,
    target: plan.target,
    summary: plan.summary,
    digest: sealed.digest,
    level,
    caller,
  };
  if (decision === 'go') return { plan, attempt, confirmation };
  if (decision === 'refuse') throw refusal(plan, rule, guard.isKillSwitchOn());
  return previewOutcome(
    tool,
    decision,
    plan,
    attempt,
    confirmation.code ??
      (level === 'confirm' ? undefined : guard.sealer.mint(sealed, guard.now() + guard.codeMs)),
    args,
    guard,
  );
}

const mostArgumentBytes = 32 * 1024;

/** Nobody can read more than this in a preview, and nesting has to end before the stack does. */
function fits(args: JsonObject): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(args)) <= mostArgumentBytes;
  } catch {
    return false;
  }
}

function refusal(plan: Pick<Plan, 'target'>, rule: string | undefined, killed: boolean): GateError {
  if (rule !== undefined)
    return new GateError(`Protected: ${plan.target} is covered by the rule ${rule}`, {
      hint: 'Nothing was done. Only the operator can change LARES_PROTECT.',
    });
  return new GateError(
    killed ? 'The kill switch is in place: no writes now' : 'This is not allowed here',
    { hint: 'Nothing was done. Only the operator can change that.' },
  );
}

/** Takes the code and records the start. The last objections are heard under the journal's lock, where no other process can begin the same in between. */
async function recordStart(
  { plan, attempt, confirmation: { code, approval } }: Decided,
  signal: AbortSignal,
  guard: Guard,
): Promise<void> {
  signal.throwIfAborted();
  const what = `${attempt.tool} ${attempt.digest}`;
  if (guard.running.has(what)) throw alreadyRunning(plan);
  guard.running.set(what, attempt.attempt);
  inFlight.add(attempt.attempt);
  if (code !== undefined && !(await burnt(code, guard))) throw alreadySpent();
  const seal =
    code === undefined
      ? undefined
      : createHash('sha256').update(normaliseCode(code)).digest('base64url').slice(0, 22);
  const started = {
    event: 'started' as const,
    ...attempt,
    change: plan.change,
    ...(seal !== undefined && { seal }),
    ...(approval && { approvedBy: approval.by, how: approval.how }),
  };
  await guard.journal.append(started, (recent) => {
    if (guard.isKillSwitchOn()) return refusal(plan, undefined, true);
    if (signal.aborted)
      return new GateError('Cancelled before it began', { hint: 'Nothing was done.' });
    return repeatRefusal(recent, { ...attempt, seal }, guard.now(), guard.codeMs);
  });
}

/** A code is taken before anything else happens: if what follows fails, it is gone, and nothing can happen twice. */
const burnt = (code: string, { approvals, now, codeMs }: Guard): Promise<boolean> =>
  approvals.spend(code, now() + codeMs).catch((cause: unknown) => {
    throw new GateError(`The code cannot be marked as used: ${messageOf(cause).message}`, {
      cause,
      hint: 'So it is not used: nothing was done.',
    });
  });

/** From here on a cancelled call changes nothing any more: the effect runs to its own end, and the journal has the truth. */
async function runEffect(
  tool: WriteTool,
  { plan: { labels: _, ...plan }, attempt, confirmation: { approval } }: Decided,
  session: CallContext,
  guard: Guard,
): Promise<Outcome> {
  const effect = effects.get(tool);
  const trace = new Trace();
  const failures: Failure[] = [];
  const acting: CallContext = {
    ...session,
    trace,
    signal: new AbortController().signal,
    failed: (failure) => {
      failures.push(failure);
      session.failed(failure);
    },
  };
  const done = await (
    effect?.(plan.change, acting) ??
    Promise.reject(new GateError(`${tool.name} has no gated effect`))
  ).catch(async (error: unknown) => {
    throw await recordFailure(error, trace, plan, attempt, guard);
  });
  const outcome = failures.length > 0 ? 'unfinished' : done.outcome;
  const event = failures.some(({ error }) => trace.isUnanswered(error))
    ? 'unknown'
    : outcome === 'done'
      ? 'finished'
      : 'unfinished';
  const reason = failures
    .map(({ instance, error }) => `${instance}: ${messageOf(error).message}`)
    .join('; ');
  const unrecorded = await guard.journal
    .append({ event, ...attempt, ...(reason && { reason }) })
    .then(
      () => [],
      () => ['This happened, but its end could not be written to the journal.'],
    );
  return {
    risk: tool.risk,
    ...plan,
    warnings: [...(plan.warnings ?? []), ...unrecorded],
    ...(approval && { approvedBy: approval.by }),
    ...done,
    outcome,
  };
}

/** Records how a started write ended badly, and says what is known about it. */
async function recordFailure(
  error: unknown,
  trace: Trace,
  plan: Pick<Plan, 'summary' | 'target'>,
  attempt: Attempt,
  guard: Guard,
): Promise<unknown> {
  const open = trace.leavesOpen(error);
  const { message, hint } = messageOf(error);
  const unrecorded = await guard.journal
    .append({ event: open ? 'unknown' : 'failed', ...attempt, reason: message })
    .then(
      () => '',
      () => ' Its end could not be written to the journal.',
    );
  if (open)
    return new UnreachableError(`Whether this was done is unknown: ${plan.summary}. ${message}`, {
      cause: error,
      sent: true,
      hint: `Look at ${plan.target} before trying again. ${hint}${unrecorded}`.trim(),
    });
  if (trace.untouched && error instanceof UnreachableError)
    return new UnreachableError(`Nothing was sent: ${plan.summary}. ${message}`, {
      cause: error,
      hint: `${hint}${unrecorded}`.trim(),
    });
  return error;
}
