import { tmpdir } from 'node:os';
import { encode } from 'gpt-tokenizer';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { allTools } from '../src/catalog.ts';
import { homelabTools } from '../src/homelab/index.ts';
import { services } from '../src/services/index.ts';
import { lab } from './harness.ts';
import { toolManifests } from '../scripts/generated.ts';

const definitions = [
  ...homelabTools,
  ...(await Promise.all(services.map(async (service) => (await service.load()).tools))).flat(),
];

describe('tools.json', () => {
  it('is what the definitions say: run npm run gen', async () => {
    expect(allTools).toEqual(JSON.parse(JSON.stringify(await toolManifests())));
  });

  it('has no name twice', () => {
    expect(new Set(allTools.map(({ name }) => name)).size).toBe(allTools.length);
  });
});

describe.each(allTools.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  const definition = definitions.find((known) => known.name === name);

  it('has a name clients accept, a title, and one sentence that says its effect', () => {
    // One word only where it is the question itself.
    expect(name).toMatch(/^(?:explain|[a-z][a-z0-9]*(_[a-z0-9]+)+)$/);
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

  it.runIf(tool.kind === 'write' && tool.risk === 'reversible')(
    'names in its description the tool that takes it back',
    () => {
      const undo = /Undo: ([a-z_]+)\./.exec(tool.description)?.[1];
      expect(allTools.find((other) => other.name === undo)?.kind).toBe('write');
    },
  );
});

describe('the tool list', () => {
  it('costs a model at most 106 tokens a tool: names, descriptions and inputs, as they are served', async () => {
    const { client } = await lab({ env: { LARES_DOCS: tmpdir() } });
    const { tools } = await client.listTools();
    const facing = tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      inputSchema,
    }));
    expect(facing.length).toBe(allTools.length);
    expect(encode(JSON.stringify(facing)).length).toBeLessThanOrEqual(106 * facing.length);
  });

  it('tells a client what may be called without asking a person, and what may be called twice', async () => {
    const { client } = await lab();
    const hints = new Map(
      (await client.listTools()).tools.map(({ name, annotations }) => [name, annotations]),
    );
    const closed = { openWorldHint: false };
    const look = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, ...closed };
    const way = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, ...closed };
    const harm = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, ...closed };
    expect({
      service_health: hints.get('service_health'),
      get_guest: hints.get('get_guest'),
      dns_add_record: hints.get('dns_add_record'),
      guest_restart: hints.get('guest_restart'),
      semaphore_run_task: hints.get('semaphore_run_task'),
    }).toMatchObject({
      service_health: look,
      get_guest: look,
      dns_add_record: way,
      guest_restart: harm,
      semaphore_run_task: harm,
    });
  });

  it('takes what the strict schema of each tool takes, and asks for no more', () => {
    for (const { name, input } of definitions) {
      const strict = z.toJSONSchema(input, { io: 'input' });
      const served = allTools.find((tool) => tool.name === name)?.input;
      expect(Object.keys(served?.properties ?? {}), name).toEqual(
        Object.keys(strict.properties ?? {}),
      );
      expect(served?.required ?? [], name).toEqual(strict.required ?? []);
    }
  });
});
