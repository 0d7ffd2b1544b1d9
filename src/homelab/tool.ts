import type * as z from 'zod';
import { renderOutput, parseInput, type ToolDescription } from '../core/service.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Call } from '../core/http/index.ts';
import type { Json } from '../core/base/json.ts';

/** A tool over several services. There is no write half here: all it can do is read. */
export interface HomelabTool extends ToolDescription {
  kind: 'read';
  run(raw: unknown, runtime: Runtime, call: Call): Promise<{ result: Json; text: string }>;
}

interface HomelabDef<I extends z.ZodObject, O extends z.ZodObject> extends ToolDescription<I, O> {
  run(input: z.output<I>, runtime: Runtime, call: Call): Promise<z.input<O>>;
  text(output: z.output<O>): string;
}

export const homelabRead = <I extends z.ZodObject, O extends z.ZodObject>({
  run,
  text,
  ...described
}: HomelabDef<I, O>): HomelabTool => ({
  ...described,
  kind: 'read',
  run: async (raw, runtime, call) =>
    renderOutput(
      described.output,
      text,
      await run(parseInput(described.input, raw), runtime, call),
    ),
});
