import type { JsonObject } from '../../src/core/base/json.ts';
import { services } from '../../src/services/index.ts';

export type Examples = Readonly<Record<string, JsonObject>>;

/** The arguments with which each tool of a service works on the healthy demo world, by the tool's name. */
export async function examplesOf(id: string): Promise<Examples> {
  const service = services.find((known) => known.id === id);
  const tools = (await service?.load())?.tools ?? [];
  return Object.fromEntries(tools.map(({ name, example }) => [name, example]));
}

export const ids: readonly string[] = services.map(({ id }) => id);
export const prefix = (id: string): string => `${id.toUpperCase()}_`;
