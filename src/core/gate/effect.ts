import { GateError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { CallContext, WriteTool } from '../tool.ts';
import type { Ending } from './plan.ts';

/** What an effect reports. */
export interface EffectResult {
  outcome: Ending;
  result: Json;
  text: string;
}

/** The half of a write tool that changes something. It sees what was planned, never what the caller sent. */
export type Effect = (change: Json, context: CallContext) => Promise<EffectResult>;

/** Beside the tools, not on them: whoever holds a tool cannot run it. */
const effects = new WeakMap<WriteTool, Effect>();

/** Hands the gate a tool's effect. Nothing but `commit` gets it back. */
export function registerEffect(tool: WriteTool, effect: Effect): WriteTool {
  effects.set(tool, effect);
  return tool;
}

/** The effect of a tool, for `commit` alone. Throws a GateError for a tool that was not made by `defineClient`. */
export function effectOf(tool: WriteTool): Effect {
  const effect = effects.get(tool);
  if (!effect) throw new GateError(`${tool.name} has no gated effect`);
  return effect;
}
