import { fullMessage, InputError, failureVerb, messageOf, type Failure } from './base/errors.ts';
import { commit, recordRefusal, type Guard, type Outcome, type Undo } from './gate/gate.ts';
import type { Runtime, ConfiguredService } from './runtime.ts';
import type { Call } from './http/index.ts';
import { mapStrings, type Json, type JsonObject } from './base/json.ts';
import { lines } from './base/table.ts';
import { clean } from './base/text.ts';
import type { CallContext, Tool } from './service.ts';

/** An answer as it leaves Lares: bounded, cleaned, redacted; text and data are each complete. */
export interface Reply {
  text: string;
  data: JsonObject;
}

export interface Caller extends Call {
  /** Who asks, for the journal: the client's name, or `cli`. */
  name: string;
}

/** One call of one service's tool. The core's own arguments are taken out here, so a tool's strict schema never sees them. */
export async function callTool(
  runtime: Runtime,
  configured: ConfiguredService,
  tool: Tool,
  { instance, confirm, ...own }: JsonObject,
  caller: Caller,
): Promise<Reply> {
  const failures: Failure[] = [];
  const session = (): CallContext => ({
    signal: caller.signal,
    progress: caller.progress,
    now: runtime.now,
    instances: chosen(configured, instance),
    failed: (failure) => failures.push(failure),
  });
  if (tool.kind === 'read') {
    if (confirm !== undefined) throw new InputError(`${tool.name} only reads: it takes no confirm`);
    const { result, text } = await tool.run(own, session());
    return reply(
      runtime,
      { ...(result as JsonObject), ...partial(failures) },
      lines(text, partialText(configured, failures)),
    );
  }
  const args = { ...own, ...(instance !== undefined && { instance }) };
  const guard: Guard = { ...runtime.gate, level: configured.level, caller: caller.name };
  const asked = await new Promise<CallContext>((resolve) => {
    resolve(session());
  }).catch(async (error: unknown) => {
    throw await recordRefusal(tool, args, error, guard);
  });
  const outcome = await commit(tool, own, args, confirm, asked, guard);
  const { text, ...data } = { text: '', ...outcome };
  return reply(
    runtime,
    { ...data, ...partial(failures) },
    lines(outcomeText(outcome, text), partialText(configured, failures)),
  );
}

function chosen(
  { service, instances }: ConfiguredService,
  instance: Json | undefined,
): ConfiguredService['instances'] {
  if (instance === undefined) return instances;
  const one = typeof instance === 'string' ? instances.get(instance) : undefined;
  if (!one || service.instances === 'together')
    throw new InputError(`No instance ${JSON.stringify(instance)} to choose`, {
      hint:
        service.instances === 'together'
          ? `${service.title} is always asked as a whole.`
          : `One of: ${[...instances.keys()].join(', ')}`,
    });
  return new Map([[one.instance, one]]);
}

/** Everything that leaves goes through here. */
export function reply(runtime: Runtime, data: JsonObject, text: string): Reply {
  const out = (value: string): string => clean(runtime.redact(value));
  return { data: mapStrings(data, out) as JsonObject, text: clean(runtime.redact(text), 60_000) };
}

/** Words for an error, on one line and without secrets. */
export function errorText(runtime: Pick<Runtime, 'redact'>, error: unknown): string {
  return clean(runtime.redact(fullMessage(error)), 1_500).replace(/\s*\n\s*/g, ' ');
}

/** The errors of several instances in one partial answer: each instance once. */
const onceEach = (failures: readonly Failure[]): Failure[] => [
  ...new Map(failures.map((failure) => [failure.instance, failure])).values(),
];

const partial = (
  failures: readonly Failure[],
): { partial?: { instance: string; error: string }[] } =>
  failures.length === 0
    ? {}
    : {
        partial: onceEach(failures).map(({ instance, error }) => ({
          instance,
          error: messageOf(error).message,
        })),
      };

const partialText = ({ service }: ConfiguredService, failures: readonly Failure[]): string =>
  onceEach(failures)
    .map(
      ({ instance, error }) =>
        `PARTIAL: ${service.title} ${instance} ${failureVerb(error)}: ${messageOf(error).message}`,
    )
    .join('\n');

function outcomeText(outcome: Outcome, text: string): string {
  if (outcome.outcome === 'already') return `Nothing to do: ${outcome.already}`;
  const warnings = (outcome.warnings ?? []).map((warning) => `Note: ${warning}`);
  if (outcome.outcome === 'preview' || outcome.outcome === 'waiting')
    return lines(`Will ${outcome.summary}. ${outcome.next}`, ...warnings, undoText(outcome.undo));
  return lines(
    `${outcome.outcome === 'done' ? 'Done' : 'Not finished'}: ${outcome.summary}.`,
    text,
    ...warnings,
    undoText(outcome.undo),
  );
}

const undoText = (undo: Undo): string =>
  'none' in undo
    ? `Undo: none, ${undo.none}`
    : `Undo: ${undo.tool} ${JSON.stringify(undo.arguments)}`;
