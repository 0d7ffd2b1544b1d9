import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { allTools } from '../../src/catalog.ts';
import type { Json, JsonObject } from '../../src/core/base/json.ts';
import { takeArguments, type Accepting } from '../../src/core/intake.ts';
import type { ToolManifest } from '../../src/core/tool-manifest.ts';
import { homelabTools } from '../../src/homelab/index.ts';
import { services } from '../../src/services/index.ts';
import { lab } from '../harness.ts';

const definitions = [
  ...homelabTools,
  ...(await Promise.all(services.map(async (service) => (await service.load()).tools))).flat(),
];

/** The same tool as a client sees it where several instances and the level `confirm` add their arguments. */
function accepting({ name, kind, input }: ToolManifest): Accepting {
  const strict = definitions.find((definition) => definition.name === name)?.input;
  if (!strict) throw new Error(`${name} has no definition`);
  const added = {
    instance: { type: 'string', enum: ['one', 'two'] },
    ...(kind === 'write' && { confirm: { type: 'boolean' } }),
  };
  return { kind, strict, served: { ...input, properties: { ...input.properties, ...added } } };
}

const words = ['up', '5', 'nas1', '10.0.0.1', 'git.lab.example.net', '1h', 'now', 'a b', 'x/y'];

/** Values that a schema names, most of them valid. */
function valueFor(schema: JsonObject): fc.Arbitrary<Json> {
  const choices = schema['enum'];
  if (Array.isArray(choices)) return fc.constantFrom(...(choices as Json[]));
  if (Array.isArray(schema['anyOf']))
    return fc.oneof(...(schema['anyOf'] as JsonObject[]).map(valueFor));
  if (schema['type'] === 'boolean') return fc.boolean();
  if (schema['type'] === 'integer' || schema['type'] === 'number')
    return fc.integer({ min: 1, max: 200 });
  if (schema['type'] === 'array')
    return fc.array(valueFor(schema['items'] as JsonObject), { minLength: 1, maxLength: 3 });
  return fc.constantFrom(...words);
}

/** Arguments that the strict schema takes, with some of the optional ones. */
const strictArguments = ({ served, strict }: Accepting): fc.Arbitrary<JsonObject> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(served.properties)
          .filter(([name]) => name in strict.shape)
          .map(([name, schema]) => [name, valueFor(schema)]),
      ),
      { requiredKeys: [...(served.required ?? [])] },
    )
    .filter((args) => strict.safeParse(args).success);

/** What may stand where an argument was: nothing, in every spelling that a client has for it, and other people's types. */
const oddities: Json[] = [
  null,
  '',
  ' ',
  [],
  '[]',
  '[ ]',
  [''],
  [null],
  '[null]',
  '[""]',
  {},
  'null',
  'true',
  'false',
  true,
  false,
  0,
  '0',
  '05',
  '5.0',
  '1e3',
  ' 5',
  '["a"]',
];

const isNothing = (value: unknown): boolean =>
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && (value.length === 0 || value.some(isNothing)));

const tools = allTools.map((tool) => [tool.name, accepting(tool)] as const);

describe.each(tools)('%s', (_, tool) => {
  it('takes whatever its strict schema takes, unchanged, and the same again', () => {
    fc.assert(
      fc.property(strictArguments(tool), (args) => {
        expect(takeArguments(args, tool)).toEqual(args);
      }),
      { numRuns: 40 },
    );
  });

  it('takes the same as text: scalars as they are written, lists as JSON', () => {
    fc.assert(
      fc.property(strictArguments(tool), (args) => {
        const texts = Object.fromEntries(
          Object.entries(args).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        );
        const taken = tool.strict.parse(takeArguments(texts, tool));
        const parsed = tool.strict.parse(args);
        // Where text and number are both asked for, either is the tool's to read.
        for (const name of Object.keys(args))
          expect(String(taken[name]), name).toBe(String(parsed[name]));
      }),
      { numRuns: 40 },
    );
  });

  it.runIf(tool.kind === 'read')('is called as if null and "" had not been sent', () => {
    const { properties, required = [] } = tool.served;
    const optional = Object.keys(properties).filter((name) => !required.includes(name));
    fc.assert(
      fc.property(
        strictArguments(tool),
        fc.constantFrom<Json>(null, ''),
        fc.subarray(optional),
        (args, nothing, names) => {
          const sent = { ...Object.fromEntries(names.map((name) => [name, nothing])), ...args };
          expect(takeArguments(sent, tool)).toEqual(args);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.runIf(tool.kind === 'write')('loses nothing that the sender wrote', () => {
    const { properties, required = [] } = tool.served;
    const names = Object.keys(properties).filter((name) => !required.includes(name));
    if (names.length === 0) return;
    const odd = fc.oneof(fc.constantFrom(...oddities), fc.jsonValue() as fc.Arbitrary<Json>);
    fc.assert(
      fc.property(
        strictArguments(tool),
        fc.dictionary(fc.constantFrom(...names), odd, { noNullPrototype: true }),
        (args, sent) => {
          let taken: JsonObject;
          try {
            taken = takeArguments({ ...args, ...sent }, tool);
          } catch (error) {
            const at = Object.keys(sent).find((name) => (error as Error).message.startsWith(name));
            expect(isNothing(sent[at ?? '']) || /^\[/.test(String(sent[at ?? '']))).toBe(true);
            return;
          }
          for (const [name, value] of Object.entries(sent)) {
            const isNarrow = ['confirm', 'instance'].includes(name) || narrow(tool, name);
            if (value === null && isNarrow) expect(taken).not.toHaveProperty(name);
            else if (name === 'confirm') expect(taken).toHaveProperty(name);
            else expect(isNothing(taken[name] ?? null), name).toBe(false);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('refuses what it does not know, also what every object has, and drops the four that one client adds', () => {
    const example = definitions.find(({ input }) => input === tool.strict)?.example ?? {};
    const strangers = { sessionId: 'a', action: 'b', chatInput: 'c', toolCallId: 'd' };
    expect(takeArguments({ ...example, ...strangers }, tool)).toEqual(example);
    for (const name of ['__proto__', 'constructor', 'toString', 'limits'])
      expect(
        tool.strict
          .safeParse(takeArguments(JSON.parse(`{"${name}": 1}`) as JsonObject, tool))
          .error?.issues.map(({ code }) => code),
        name,
      ).toContain('unrecognized_keys');
  });
});

function narrow({ strict }: Accepting, name: string): boolean {
  let field = strict.shape[name] as z.ZodType | undefined;
  while (field && field.meta()?.['absent'] !== 'narrow')
    field = (field.def as { innerType?: z.ZodType }).innerType;
  return field !== undefined;
}

describe('a value', () => {
  const strict = z.strictObject({
    count: z.int().optional(),
    share: z.number().optional(),
    on: z.boolean().optional(),
    name: z.string().optional(),
    names: z.array(z.string()).optional(),
  });
  const served = {
    type: 'object',
    properties: {
      count: { type: 'integer' },
      share: { type: 'number' },
      on: { type: 'boolean' },
      name: { type: 'string' },
      names: { type: 'array', items: { type: 'string' } },
    },
  } as const;
  const take = (args: JsonObject) => takeArguments(args, { kind: 'read', served, strict });

  it('is turned where its text is exactly the value', () => {
    expect(take({ count: '-5', share: '0.25', on: 'true', name: 60, names: '["a",1]' })).toEqual({
      count: -5,
      share: 0.25,
      on: true,
      name: '60',
      names: ['a', '1'],
    });
  });

  it.each([
    { count: '05' },
    { count: '5.0' },
    { count: '1e3' },
    { count: ' 5' },
    { count: '-0' },
    { count: '0x10' },
    { count: '9007199254740993' },
    { count: 'NaN' },
    { count: '0.5' },
    { share: '0.10' },
    { share: 'Infinity' },
    { on: 'True' },
    { on: 'yes' },
    { on: '1' },
    { on: 1 },
    { name: 1e21 },
    { name: true },
    { name: ['a'] },
    { names: 'a' },
    { names: 'a,b' },
    { names: '["a"' },
    { names: '{"a":1}' },
    { count: ['5'] },
    { count: ' ' },
  ])('that is not exactly understood is refused: %j', (args) => {
    expect(strict.safeParse(take(args)).success).toBe(false);
  });
});

describe('a client between a model and Lares', () => {
  it('may send null, "", text for numbers and lists, and names of its own', async () => {
    const { call } = await lab({ only: ['proxmox', 'graylog'] });
    const strangers = { sessionId: 'a', action: 'b', chatInput: 'c', toolCallId: 'd' };
    for (const [tool, args] of [
      ['service_health', { ...strangers, service: null }],
      ['list_guests', { status: null, node: '', type: '', tag: null, limit: '2', ...strangers }],
      ['search_logs', { fields: '["application_name"]', limit: '2', stream: '' }],
      ['get_guest', { vmid: '30062' }],
    ] as const)
      expect(await call(tool, args), tool).toMatchObject({ isError: false });
  });

  it('is refused by name where a write would lose a restriction, and that is on record', async () => {
    const { call, house: runtime, writes } = await lab({ only: ['semaphore'] });
    const refusal = async (args: JsonObject): Promise<string> =>
      (await call('semaphore_run_task', { template: 'Patch guests', confirm: true, ...args })).text;
    expect(await refusal({ limit: '[]' })).toMatch(/^limit is an empty list\. Nothing was done/);
    expect(await refusal({ dry_run: null })).toMatch(/^dry_run is null\. Nothing was done/);
    expect(await refusal({ tags: '' })).toMatch(/^tags is empty\. Nothing was done/);
    expect(writes('semaphore')).toEqual([]);
    expect(runtime.journal.read().entries.map(({ event }) => event)).toEqual([
      'refused',
      'refused',
      'refused',
    ]);
  });
});
