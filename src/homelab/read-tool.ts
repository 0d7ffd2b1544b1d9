import type * as z from 'zod';
import { callTool, errorText } from '../core/call.ts';
import { gapsText } from '../core/gap.ts';
import { renderRead, type Answer, type Exit } from '../core/answer.ts';
import { parseInput, type ToolDescription } from '../core/service.ts';
import type { Runtime, ConfiguredService } from '../core/runtime.ts';
import type { Call } from '../core/http/index.ts';
import type { JsonObject } from '../core/base/json.ts';

/** A call, and how large its answer may be. */
export interface HomelabCall extends Call, Pick<Exit, 'maxTokens' | 'maxTextTokens'> {}

/** A tool over several services. There is no write half here: all it can do is read. */
export interface HomelabTool extends ToolDescription {
  kind: 'read';
  /** Throws an InputError for input that its schema refuses. */
  run(raw: unknown, runtime: Runtime, call: HomelabCall): Promise<Answer>;
}

interface HomelabDef<I extends z.ZodObject, O extends z.ZodObject> extends ToolDescription<I, O> {
  run(input: z.output<I>, runtime: Runtime, call: Call): Promise<z.input<O>>;
  text(output: z.output<O>): string;
  rows?: keyof z.output<O> & string;
  narrow?: string;
  shorten?(output: z.output<O>, share: number): z.output<O>;
}

/** Makes a tool of its definition: input parsed strictly, output cut to its schema, and the text made of that. */
export const homelabRead = <I extends z.ZodObject, O extends z.ZodObject>({
  run,
  text,
  rows,
  narrow,
  shorten,
  ...description
}: HomelabDef<I, O>): HomelabTool => ({
  ...description,
  kind: 'read',
  run: (raw, runtime, call) =>
    renderRead(
      { output: description.output, text, rows, narrow, shorten },
      parseInput(description.input, raw),
      (input) => run(input, runtime, call),
      { redact: runtime.redact, maxTokens: call.maxTokens, maxTextTokens: call.maxTextTokens },
    ),
});

/** The services that are configured and can be asked. */
export const activeServices = ({ services }: Runtime): ConfiguredService[] =>
  services.filter(({ state }) => state === 'on');

/** The text of one read of a service. What fails is said in its place, as NOT CHECKED: a page made of several answers is never lost to one of them. Throws only when the call was cancelled, or the service has no such read. */
export async function readAsText(
  runtime: Runtime,
  configured: ConfiguredService,
  tool: string,
  args: JsonObject,
  call: Call,
): Promise<string> {
  const { tools } = await configured.service.load();
  const read = tools.find(({ name, kind }) => name === tool && kind === 'read');
  if (!read) throw new Error(`${configured.service.id} has no read called ${tool}`);
  try {
    const { text } = await callTool(runtime, configured, read, args, { ...call, name: 'lares' });
    return text;
  } catch (error) {
    if (call.signal.aborted) throw error;
    return gapsText([{ what: tool, why: errorText(runtime, error) }]);
  }
}
