import type { Json, JsonObject } from '../base/json.ts';
import type { WriteTool } from '../tool.ts';
import type { Level } from './policy.ts';

/** A call of a write tool. `input` goes to the tool; `args` is what the caller sent with it, `instance` included, and is what a code is bound to. */
export interface WriteRequest {
  tool: WriteTool;
  input: JsonObject;
  args: JsonObject;
  confirm: Json | undefined;
  /** What may be written to, as `service/instance`: nobody else writes there meanwhile. */
  places?: readonly string[];
  /** Which instance is meant was left for the plan to find: that takes the answers of all. */
  findsInstance?: boolean;
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
