import * as z from 'zod';
import { isObject, parseJson } from '../../../core/base/json.ts';
import { maybe, text, title } from './fields.ts';

/** `content` is what was typed for a static one, else a path or a workspace. */
export const Inventory = z
  .object({ id: z.int(), name: title, type: text, inventory: text })
  .transform(({ inventory, ...rest }) => ({ ...rest, content: inventory }));
export type Inventory = z.output<typeof Inventory>;

/** Values stay behind: `json` and `env` are plain text and often hold passwords. `undefined` names were not readable; lists do not tell `secrets` at all. */
export const Environment = z
  .object({
    id: z.int(),
    name: title,
    json: maybe(z.string()),
    env: maybe(z.string()),
    secrets: maybe(z.array(z.object({ name: text, type: text }))),
  })
  .transform(({ id, name, json, env, secrets }) => ({
    id,
    name,
    variables: keysOf(json),
    environment: keysOf(env),
    secrets,
  }));
export type Environment = z.output<typeof Environment>;

function keysOf(json: string | undefined): string[] | undefined {
  if (!json?.trim()) return [];
  const parsed = parseJson(json);
  return isObject(parsed) ? Object.keys(parsed) : undefined;
}
