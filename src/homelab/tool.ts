import type * as z from 'zod';
import { answered, understood, type Described } from '../core/service.ts';
import type { House } from '../core/runtime.ts';
import type { Call } from '../core/http/index.ts';
import type { Json } from '../core/base/json.ts';

/** A tool over several services. There is no write half here: what it can do to a house is read it. */
export interface HomelabTool extends Described {
  kind: 'read';
  run(raw: unknown, house: House, call: Call): Promise<{ result: Json; text: string }>;
}

interface HomelabDef<I extends z.ZodObject, O extends z.ZodObject> extends Described<I, O> {
  run(input: z.output<I>, house: House, call: Call): Promise<z.input<O>>;
  text(output: z.output<O>): string;
}

export const homelabRead = <I extends z.ZodObject, O extends z.ZodObject>({
  run,
  text,
  ...described
}: HomelabDef<I, O>): HomelabTool => ({
  ...described,
  kind: 'read',
  run: async (raw, house, call) =>
    answered(described.output, text, await run(understood(described.input, raw), house, call)),
});
