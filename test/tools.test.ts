import { encode } from 'gpt-tokenizer';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { allTools, offers } from '../src/catalog.ts';
import { homelabTools } from '../src/homelab/index.ts';
import { annotations } from '../src/mcp/tools.ts';
import { services } from '../src/services/index.ts';
import { lab } from './harness.ts';
import { wires } from '../scripts/generated.ts';

const definitions = [
  ...homelabTools,
  ...(await Promise.all(services.map(async (service) => (await service.load()).tools))).flat(),
];

describe('tools.json', () => {
  it('is what the definitions say: run npm run gen', async () => {
    expect(allTools).toEqual(JSON.parse(JSON.stringify(await wires())));
  });

  it('has no name twice', () => {
    expect(new Set(allTools.map(({ name }) => name)).size).toBe(allTools.length);
  });
});

describe.each(allTools.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  const definition = definitions.find((one) => one.name === name);

  it('has a name clients accept, a title, and one sentence that says its effect', () => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)+$/);
    expect(name.length).toBeLessThanOrEqual(40);
    expect(tool.title.length).toBeGreaterThan(3);
    expect(tool.description.length).toBeLessThanOrEqual(200);
    expect(tool.description).toMatch(/^[A-Z].*[.?]$/s);
  });

  it('takes flat, described, strict arguments that every client can express', () => {
    expect(tool.input).toMatchObject({ type: 'object', additionalProperties: false });
    for (const key of ['anyOf', 'oneOf', 'allOf']) expect(tool.input).not.toHaveProperty(key);
    for (const [argument, property] of Object.entries(tool.input.properties)) {
      expect(property['description'], `${name}.${argument} has no description`).toEqual(
        expect.stringMatching(/\S/),
      );
      expect(property['type'], `${name}.${argument} is an object: keep inputs flat`).not.toBe(
        'object',
      );
      expect(['confirm', 'instance'], `${name}.${argument} belongs to the core`).not.toContain(
        argument,
      );
    }
  });

  it('refuses an argument that it does not know', () => {
    expect(
      definition?.input.safeParse({ no_such_argument: 1 }).error?.issues.map(({ code }) => code),
    ).toContain('unrecognized_keys');
  });

  it('says what shape it answers in, without schemas that no client reads', () => {
    expect(tool.output.type).toBe('object');
    expect(Object.keys(tool.output.properties).length).toBeGreaterThan(0);
    expect(JSON.stringify(tool)).not.toContain('"$schema"');
    expect(JSON.stringify(tool)).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });

  it('carries annotations that follow from what it is', () => {
    const hints = annotations({ ...tool, configured: undefined });
    expect(hints).toMatchObject({
      readOnlyHint: tool.kind === 'read',
      destructiveHint: tool.kind === 'write' && tool.risk !== 'reversible',
      openWorldHint: false,
    });
  });

  it.runIf(tool.kind === 'write' && tool.risk === 'reversible')(
    'names in its description the tool that takes it back',
    () => {
      const undo = /Undo: ([a-z_]+)\./.exec(tool.description)?.[1];
      expect(allTools.find((other) => other.name === undo)?.kind).toBe('write');
    },
  );
});

describe('the tool list', () => {
  it('costs a model at most 4,000 tokens: names, descriptions and inputs of all tools, as they are served', async () => {
    const { house: runtime } = await lab();
    const facing = offers(runtime).map(({ name, description, input }) => ({
      name,
      description,
      inputSchema: input,
    }));
    expect(encode(JSON.stringify(facing)).length).toBeLessThanOrEqual(4_000);
  });

  it('lists every strict schema as zod itself would', () => {
    for (const { name, input } of definitions)
      expect(() => z.toJSONSchema(input, { io: 'input' }), name).not.toThrow();
  });
});
