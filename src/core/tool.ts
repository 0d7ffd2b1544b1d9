import type * as z from 'zod';
import type { Failure } from './base/errors.ts';
import type { Json, JsonObject } from './base/json.ts';
import type { NothingToDo, Plan } from './gate/plan.ts';
import type { Risk } from './gate/policy.ts';
import type { Connection, WriteCall } from './http/index.ts';

/** One call on the instances it may touch. Made by `call.ts`, never seen by a service. */
export interface CallContext extends WriteCall {
  instances: ReadonlyMap<string, Connection>;
  failed(failure: Failure): void;
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

export interface ReadTool extends ToolDescription {
  kind: 'read';
  run(raw: unknown, context: CallContext): Promise<{ result: Json; text: string }>;
}

export interface WriteTool extends ToolDescription {
  kind: 'write';
  risk: Risk;
  plan(raw: unknown, context: CallContext): Promise<Plan | NothingToDo>;
}

export type Tool = ReadTool | WriteTool;
