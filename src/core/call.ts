import { fullMessage, InputError, failureVerb, messageOf, type Failure } from './base/errors.ts';
import { commit, type Outcome } from './gate/gate.ts';
import type { Guard } from './gate/guard.ts';
import { outcomeText } from './gate/outcome-text.ts';
import { recordRefusal } from './gate/records.ts';
import type { Redactor } from './config/secrets.ts';
import type { Runtime, ConfiguredService } from './runtime.ts';
import type { Call } from './http/index.ts';
import { takeArguments } from './intake.ts';
import { isObject, mapValues, type Json, type JsonObject } from './base/json.ts';
import { lines } from './base/table.ts';
import { clean, oneLine, unbroken } from './base/text.ts';
import type { CallContext, ReadTool, Tool, WriteTool } from './tool.ts';
import type { Ref } from './map.ts';
import type { ObjectSchema } from './tool-manifest.ts';

/** An answer as it leaves Lares: bounded, cleaned, redacted; text and data are each complete. */
export interface Reply {
  text: string;
  data: JsonObject;
}

/** Who calls, and how the call can be cancelled and followed. */
export interface Caller extends Call {
  /** Who asks, for the journal: the client's name, or `cli`. */
  name: string;
  /** Most tokens that its answers may have; none: it takes any size. */
  maxTokens?: number | undefined;
}

/** What a call gets from above the services. */
export interface CallOptions {
  /** The schema that the caller knew; with it, arguments are taken as clients send them. */
  served?: ObjectSchema | undefined;
  /** Says what stands on the things that a write touches, as lines for its preview: of what this runtime shows, and never later than its deadline. Rejects only when the call was cancelled. */
  dependantsOf?:
    | ((runtime: Runtime, about: readonly Ref[], call: Call) => Promise<string[]>)
    | undefined;
}

/**
 * One call of one service's tool. The core's own arguments are taken out here, so a tool's strict schema never sees them. Throws any of the six errors.
 */
export async function callTool(
  runtime: Runtime,
  configured: ConfiguredService,
  tool: Tool,
  args: JsonObject,
  caller: Caller,
  { served, dependantsOf }: CallOptions = {},
): Promise<Reply> {
  const failures: Failure[] = [];
  const take = (): JsonObject =>
    served ? takeArguments(args, { kind: tool.kind, served, strict: tool.input }) : args;
  const answer =
    tool.kind === 'read'
      ? await callRead(runtime, configured, tool, take(), caller, failures)
      : await callWrite(
          runtime,
          configured,
          tool,
          { sent: args, take, dependantsOf },
          caller,
          failures,
        );
  const silent = onceEach(failures).map(({ instance, error }) => ({
    instance,
    verb: failureVerb(error),
    error: oneLine(runtime.redact(messageOf(error).message), maxErrorText),
  }));
  if (silent.length === 0) return answer;
  return {
    data: { ...answer.data, partial: silent.map(({ instance, error }) => ({ instance, error })) },
    text: lines(
      answer.text,
      ...silent.map(
        ({ instance, verb, error }) =>
          `PARTIAL: ${configured.service.title} ${instance} ${verb}: ${error}`,
      ),
    ),
  };
}

async function callRead(
  runtime: Runtime,
  configured: ConfiguredService,
  tool: ReadTool,
  { instance, confirm, ...input }: JsonObject,
  caller: Caller,
  failures: Failure[],
): Promise<Reply> {
  if (confirm !== undefined) throw new InputError(`${tool.name} only reads: it takes no confirm`);
  const context = contextOf(runtime, configured, instance, caller, failures);
  const { result, text } = await tool.run(input, context);
  return { data: result as JsonObject, text };
}

async function callWrite(
  runtime: Runtime,
  configured: ConfiguredService,
  tool: WriteTool,
  {
    sent,
    take,
    dependantsOf,
  }: Pick<CallOptions, 'dependantsOf'> & {
    sent: JsonObject;
    take: () => JsonObject;
  },
  caller: Caller,
  failures: Failure[],
): Promise<Reply> {
  const guard: Guard = {
    ...runtime.gate,
    level: configured.level,
    caller: caller.name,
    dependantsOf: dependantsOf && ((about) => dependantsOf(runtime, about, caller)),
  };
  let taken = sent;
  let context: CallContext;
  try {
    taken = take();
    context = contextOf(runtime, configured, taken['instance'], caller, failures);
  } catch (error) {
    await recordRefusal({ tool, args: withoutConfirm(taken) }, error, guard);
    throw error;
  }
  const { instance, confirm, ...input } = taken;
  const args = withoutConfirm(taken);
  const findsInstance = configured.service.instances === 'apart' && instance === undefined;
  const places = [...context.instances.keys()].map((name) => `${configured.service.id}/${name}`);
  const request = { tool, input, args, confirm, findsInstance, places };
  const outcome = await commit(request, context, guard);
  const shown = shownOutcome(outcome, runtime.redact);
  const { text, ...data } = { text: '', ...shown };
  return { data, text: outcomeText(shown, text) };
}

/** What an outcome says in sentences is made of names: on one line each. Its result is rendered already; what a call would take, and what was there before, is data that stays as it is but for secrets. */
function shownOutcome(outcome: Outcome, redact: Redactor): Outcome {
  const line = (text: string): string => clean(unbroken(redact(text)));
  const { text, result, before, change, undo, ...said } = { text: '', ...outcome } as JsonObject;
  const isUndoCall = isObject(undo) && 'tool' in undo;
  return {
    ...(mapValues(said, line) as JsonObject),
    ...(undo !== undefined && { undo: mapValues(undo, isUndoCall ? redact : line) }),
    ...(before !== undefined && { before: mapValues(before, redact) }),
    ...(change !== undefined && { change: mapValues(change, redact) }),
    ...(result !== undefined && { result }),
    ...(text !== '' && { text }),
  } as unknown as Outcome;
}

/** What a code is bound to: everything but the code. */
function withoutConfirm({ confirm: _, ...args }: JsonObject): JsonObject {
  return args;
}

/** Throws an InputError for an instance that there is not. */
function contextOf(
  { now, redact }: Runtime,
  configured: ConfiguredService,
  instance: Json | undefined,
  { signal, progress, maxTokens }: Caller,
  failures: Failure[],
): CallContext {
  return {
    signal,
    progress,
    now,
    instances: chooseInstances(configured, instance),
    several: configured.instances.size > 1,
    failed: (failure) => failures.push(failure),
    exit: { redact, maxTokens },
    without: configured.without,
  };
}

function chooseInstances(
  { service, instances }: ConfiguredService,
  name: Json | undefined,
): ConfiguredService['instances'] {
  if (name === undefined) return instances;
  const connection = typeof name === 'string' ? instances.get(name) : undefined;
  if (!connection || service.instances === 'together')
    throw new InputError(`No instance ${JSON.stringify(name)} to choose`, {
      hint:
        service.instances === 'together'
          ? `${service.title} is always asked as a whole.`
          : `One of: ${[...instances.keys()].join(', ')}`,
    });
  return new Map([[connection.instance, connection]]);
}

const maxPageText = 60_000;
const maxErrorText = 1_500;

/** A page as it leaves: what several answers were put together to. Redacted before it is cleaned: what is cut off could otherwise leave half a secret that nothing recognises. */
export const pageText = (runtime: Pick<Runtime, 'redact'>, text: string): string =>
  clean(runtime.redact(text), maxPageText);

/** Words for an error, on one line and without secrets. */
export const errorText = (runtime: Pick<Runtime, 'redact'>, error: unknown): string =>
  clean(unbroken(runtime.redact(fullMessage(error))), maxErrorText);

/** The errors of several instances in one partial answer: each instance once. */
const onceEach = (failures: readonly Failure[]): Failure[] => [
  ...new Map(failures.map((failure) => [failure.instance, failure])).values(),
];
