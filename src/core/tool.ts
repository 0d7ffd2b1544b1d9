import type * as z from 'zod';
import type { Answer, Exit } from './answer.ts';
import type { Failure } from './base/errors.ts';
import type { JsonObject } from './base/json.ts';
import type { OwnWrite } from './gate/own-writes.ts';
import type { NothingToDo, Plan } from './gate/plan.ts';
import type { Risk } from './gate/policy.ts';
import type { Connection, WriteCall } from './http/index.ts';

/** One call on the instances it may touch. Made by `call.ts`, never seen by a service. */
export interface CallContext extends WriteCall {
  instances: ReadonlyMap<string, Connection>;
  /** The service has more instances than one, also where this call is about one of them only. */
  several?: boolean | undefined;
  /** What Lares itself is carrying out on an instance, or has just carried out: for check-ups. */
  ownWrites?: ((instance: string) => readonly OwnWrite[]) | undefined;
  failed(failure: Failure): void;
  /** How an answer leaves; none: whole, and as it is. */
  exit?: Exit | undefined;
  /** Parts that do not exist here, as the operator says. */
  without?: ReadonlySet<string> | undefined;
}

/** What a tool is, before what it does. `input` is flat and strict; `text` says the whole answer to a person. */
export interface ToolDescription<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodObject = z.ZodObject,
> {
  /** As it goes over the wire. */
  name: string;
  title: string;
  /** One sentence, effect first, at most 200 characters. */
  description: string;
  /** Arguments with which it works on the healthy demo homelab: for the contract suites, the benchmark and the documentation. */
  example: JsonObject;
  input: I;
  output: O;
}

/** A read as the catalog calls it: `raw` is what the caller sent. Throws an InputError when that does not fit, and what its service throws. */
export interface ReadTool extends ToolDescription {
  kind: 'read';
  run(raw: unknown, context: CallContext): Promise<Answer>;
}

/** A write as the gate plans it. Its effect is not on it: only the gate can reach that. */
export interface WriteTool extends ToolDescription {
  kind: 'write';
  risk: Risk;
  plan(raw: unknown, context: CallContext): Promise<Plan | NothingToDo>;
}

/** A tool of one service. */
export type Tool = ReadTool | WriteTool;
