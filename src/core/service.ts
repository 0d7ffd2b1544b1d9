import type * as z from 'zod';
import { renderOutput, renderRead } from './answer.ts';
import { InputError } from './base/errors.ts';
import { fleetOf, type Fleet } from './fleet.ts';
import { registerEffect } from './gate/effect.ts';
import type { Ending, NothingToDo, Plan } from './gate/plan.ts';
import { inspect, type Check, type HealthReport, type Report } from './health.ts';
import type { Depth, Inventory, Steps } from './inventory.ts';
import type { OwnRule } from './drift.ts';
import type { Kind, Thing } from './map.ts';
import type { Lately } from './lately.ts';
import type { Foreign } from './config/foreign.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Endpoint } from './http/endpoint.ts';
import {
  readHttp,
  writeHttp,
  type Connection,
  type ClientOptions,
  type ReadHttp,
  type WriteHttp,
} from './http/index.ts';
import type { Json } from './base/json.ts';
import { nearest } from './base/nearest.ts';
import type { Risk } from './gate/policy.ts';
import type { LabelKinds } from './gate/protect.ts';
import type { Setup } from './setup.ts';
import type { CallContext, ReadTool, Tool, ToolDescription, WriteTool } from './tool.ts';

export type { Diagnosis } from './diagnosis.ts';
export type { CallContext, ReadTool, Tool, ToolDescription, WriteTool } from './tool.ts';

/** A tool that only reads. What `run` returns goes through the output schema before anybody sees it. */
export interface ReadDef<
  I extends z.ZodObject,
  O extends z.ZodObject,
  Reads,
> extends ToolDescription<I, O> {
  run(input: z.output<I>, service: Fleet<Reads>): Promise<z.input<O>>;
  text(output: z.output<O>): string;
  /** Of a list: the field that holds its rows. Its input has `pageInput`, its output `pageOutput`; whole rows are left out where an answer would be too large, and the way to them is said. */
  rows?: keyof z.output<O> & string;
  /** Of a list: how to see less of it, such as `filter by status or node`. */
  narrow?: string;
}

/** A tool that changes something, in two halves: what would be done, and the doing. */
export interface WriteDef<
  I extends z.ZodObject,
  O extends z.ZodObject,
  Reads,
  Writes,
  Change extends Json,
> extends ToolDescription<I, O> {
  risk: Risk;
  /** Sees the input and the read half: decides what would be done. */
  plan(input: z.output<I>, service: Fleet<Reads>): Promise<Plan<Change> | NothingToDo>;
  /** Sees only what was planned: does it, looks nothing up that could decide otherwise, and reports the state observed afterwards. */
  apply(change: NoInfer<Change>, service: Fleet<Reads & Writes>): Promise<z.input<O>>;
  /** Whether the state observed afterwards is what was planned, everywhere; without it, an apply that returns is done. `failed`: it ran, and what came of it is a failure; `unknown`: what came of it cannot be known. */
  finished?(output: z.output<O>): boolean | 'failed' | 'unknown';
  text(output: z.output<O>): string;
}

/** How to talk to one instance: its reads, its writes, and what is special about its answers. */
export interface Client<Reads, Writes, Settings> extends ClientOptions {
  reads(http: ReadHttp<Settings>): Reads;
  writes?(http: WriteHttp<Settings>): Writes;
}

/** How to talk to ONE instance. Returns the makers of tools, typed by its two halves; the write half stays in here, for the gate. */
export function defineClient<Reads, Writes = object, Settings = unknown>(
  client: Client<Reads, Writes, Settings>,
) {
  const half = <One>(context: CallContext, open: (connection: Connection) => One): Fleet<One> =>
    fleetOf(
      new Map([...context.instances].map(([name, connection]) => [name, open(connection)])),
      context,
    );
  const reading = (context: CallContext): Fleet<Reads> =>
    half(context, (connection) =>
      client.reads(readHttp<Settings>(connection, client, traced(context, connection))),
    );
  const writing = (context: CallContext): Fleet<Reads & Writes> =>
    half(context, (connection) => {
      const http = writeHttp<Settings>(connection, client, traced(context, connection));
      return { ...client.reads(http), ...client.writes?.(http) } as Reads & Writes;
    });
  return {
    read: <I extends z.ZodObject, O extends z.ZodObject>({
      run,
      text,
      rows,
      narrow,
      ...described
    }: ReadDef<I, O, Reads>): ReadTool => ({
      ...described,
      kind: 'read',
      run: async (raw, context) =>
        renderRead(
          { output: described.output, text, rows, narrow },
          parseInput(described.input, raw),
          (input) => run(input, reading(context)),
          context.exit,
        ),
    }),
    write: <I extends z.ZodObject, O extends z.ZodObject, Change extends Json>({
      plan,
      apply,
      finished = () => true,
      text,
      ...described
    }: WriteDef<I, O, Reads, Writes, Change>): WriteTool =>
      registerEffect(
        {
          ...described,
          kind: 'write',
          plan: async (raw, context) => plan(parseInput(described.input, raw), reading(context)),
        },
        async (change, context) => {
          const answer = renderOutput(
            { output: described.output, text },
            await apply(change as Change, writing(context)),
            context.exit,
          );
          return { outcome: endingOf(finished(answer.result as z.output<O>)), ...answer };
        },
      ),
    /** `check` asks for what may be denied, missing or not there on purpose: it answers undefined then, and the report says what was not checked. */
    health:
      (examine: (service: Fleet<Reads>, check: Check) => Promise<Report>) =>
      (context: CallContext, deadlineMs: number): Promise<HealthReport> =>
        inspect(
          (check, late) =>
            examine(
              reading({ ...context, deadlineMs, signal: AbortSignal.any([context.signal, late]) }),
              check,
            ),
          deadlineMs,
          context.without,
        ),
    inventory:
      (look: (service: Fleet<Reads>, depth: Depth) => Promise<Inventory>) =>
      (context: CallContext, depth: Depth): Promise<Inventory> =>
        look(reading(context), depth),
    lately:
      (tell: (service: Fleet<Reads>, things: readonly Thing[]) => Promise<Lately>) =>
      (context: CallContext, things: readonly Thing[]): Promise<Lately> =>
        tell(reading(context), things),
    doctor:
      (examine: (reads: Reads) => Promise<Diagnosis>) =>
      (context: CallContext): Promise<Diagnosis> =>
        examine(reading(context).on()),
  };
}

/** The same call, with what is known of one instance's requests apart. */
const traced = (context: CallContext, { instance }: Connection): CallContext => ({
  ...context,
  trace: context.trace?.of(instance),
});

function endingOf(finished: boolean | 'failed' | 'unknown'): Ending {
  if (typeof finished === 'string') return finished;
  return finished ? 'done' : 'unfinished';
}

/** Strict parsing of what a caller sent; every problem in one line. */
export function parseInput<I extends z.ZodObject>(input: I, raw: unknown): z.output<I> {
  const parsed = input.safeParse(raw);
  if (parsed.success) return parsed.data;
  const names = Object.keys(input.shape);
  throw new InputError(
    parsed.error.issues.map((issue) => problemOf(issue, raw, names)).join('; '),
    { hint: `It takes: ${names.join(', ') || 'no arguments'}.` },
  );
}

function problemOf(issue: z.core.$ZodIssue, raw: unknown, names: readonly string[]): string {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownArgument(key, nearest(key, names))).join('; ');
  const [name, ...inside] = issue.path;
  if (name === undefined) return issue.message;
  const missing =
    inside.length === 0 &&
    (raw as Readonly<Record<PropertyKey, unknown>> | undefined)?.[name] === undefined;
  return missing ? `${String(name)} is missing` : `${issue.path.join('.')}: ${issue.message}`;
}

const unknownArgument = (key: string, near: string | undefined): string =>
  `There is no argument ${key}${near ? `, did you mean ${near}?` : ''}`;

/** The part of a service that is read at the first call. */
export interface Behaviour {
  tools: readonly Tool[];
  health(context: CallContext, deadlineMs: number): Promise<HealthReport>;
  doctor(context: CallContext): Promise<Diagnosis>;
  /** What it knows by name; none for a service that knows nothing of the kind. */
  inventory?(context: CallContext, depth: Depth): Promise<Inventory>;
  /** What happened lately to things that it knows, the one that was asked about first: a request or two. None for a service that keeps no past. */
  lately?(context: CallContext, things: readonly Thing[]): Promise<Lately>;
  /** What it adds to the plans that Lares hands out as prompts. */
  steps?: Steps;
}

/** One service as it is declared in its `index.ts`. */
export interface ServiceDef<C extends z.ZodObject> {
  id: string;
  title: string;
  /** The upstream's own API documentation. */
  docs: string;
  /** `together`: one logical service; tools ask and write every instance (a pair). `apart`: tools gain `instance` when there are several; a write without it is refused unless every instance has answered its plan. */
  instances: 'together' | 'apart';
  /** Kinds of labels that the plans of its writes carry, and what their values are: what a rule of `LARES_PROTECT` may begin with, and how it is compared. */
  protects?: LabelKinds;
  /** The product's own variables that begin like those of the service: where one env file serves both, they are left alone. */
  foreign?: Foreign;
  /** What of it may not be there on purpose, each in a few words: `<SERVICE>_WITHOUT` names those that are not looked at. */
  parts?: Readonly<Record<string, string>>;
  /** What its secrets look like wherever they turn up, also in the answers of other services: each match is redacted but for its first group, so with the flag `g`. Begin with a word: it is found quicker than what stands behind one. */
  secretShapes?: readonly RegExp[];
  /** Which questions it answers, and the reads that do, for a client that sees names of tools only. */
  answers?: string;
  /** Kinds of things that it knows all of, where its credentials let it: what is compared with what others say. */
  describes?: readonly Kind[];
  /** What it compares within itself. */
  compares?: readonly OwnRule[];
  config: C;
  connect(config: z.output<C>): Endpoint;
  load(): Promise<Behaviour>;
  /** How `lares init` adds it; none: by hand only. */
  setup?(): Promise<{ setup: Setup }>;
}

/** A service with the type of its configuration forgotten: `connect` gets what its own schema has parsed. */
export interface Service extends Omit<ServiceDef<z.ZodObject>, 'connect'> {
  connect(config: unknown): Endpoint;
}

/** Declares a service. Checks nothing at run time: it keeps the type of the configuration and that of `connect` together. */
export const defineService = <C extends z.ZodObject>({
  connect,
  ...def
}: ServiceDef<C>): Service => ({ ...def, connect: (config) => connect(config as z.output<C>) });
