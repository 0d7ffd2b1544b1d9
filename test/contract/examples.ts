import type { JsonObject } from '../../src/core/base/json.ts';
import { services } from '../../src/services/index.ts';

export type Examples = Readonly<Record<string, JsonObject>>;

/** The arguments with which each tool works on the healthy demo world, from every service's `examples.ts`. */
export async function examplesOf(id: string): Promise<Examples> {
  const { examples } = (await import(`../../src/services/${id}/examples.ts`)) as {
    examples: Examples;
  };
  return examples;
}

export const ids: readonly string[] = services.map(({ id }) => id);
export const prefix = (id: string): string => `${id.toUpperCase()}_`;
