import { describe, expect, test } from 'vitest';
import { complaints } from './conformity.ts';
import { either, formOf, shapeOf, widened } from './form.ts';
import { described } from './schema.ts';
import { exchanges } from './transcripts.ts';
import { at, derive, endpointOf } from './upstream.ts';
import { variants } from './variants.ts';

const guests = formOf({
  '': 'object',
  data: 'array',
  'data[]': 'object',
  'data[].vmid': 'integer',
  'data[].cpu': 'number?',
  'data[].net[n]': 'string?',
  'data[].ha': 'object?',
  'data[].ha.*': 'boolean',
});
const told = (value: unknown): string[] =>
  complaints(value, guests).map(({ path, problem }) => `${path} ${problem}`);

describe('an answer against its form', () => {
  test('as it should be', () => {
    expect(
      told({
        data: [
          { vmid: 1, cpu: 0.5, net0: 'a', net12: 'b', ha: { any: true } },
          { vmid: 2, cpu: 1 },
        ],
      }),
    ).toEqual([]);
    expect(told({ data: [] })).toEqual([]);
  });

  test.each([
    [{ data: [{ vmid: '1' }] }, 'data[].vmid string instead of integer'],
    [{ data: [{ vmid: 1.5 }] }, 'data[].vmid number instead of integer'],
    [{ data: [{ vmid: 1, cpu: null }] }, 'data[].cpu null instead of number'],
    [{ data: [{ vmid: 1, name: 'a' }] }, 'data[].name unknown'],
    [{ data: [{ cpu: 1 }] }, 'data[].vmid missing'],
    [{ data: [{ vmid: 1, ha: { any: 1 } }] }, 'data[].ha.* integer instead of boolean'],
    [{ data: {} }, 'data object instead of array'],
    [{}, 'data missing'],
    [[], ' array instead of object'],
  ])('%j', (value, problem) => expect(told(value)).toEqual([problem]));

  test('the same thing wrong in many rows is one complaint', () =>
    expect(told({ data: [{}, {}, {}] })).toEqual(['data[].vmid missing']));
});

describe('forms', () => {
  test('as text and back', () => {
    expect(shapeOf(guests)).toEqual({
      '': 'object',
      data: 'array',
      'data[]': 'object',
      'data[].cpu': 'number?',
      'data[].ha': 'object?',
      'data[].ha.*': 'boolean?',
      'data[].net[n]': 'string?',
      'data[].vmid': 'integer',
    });
    expect(shapeOf(formOf(shapeOf(guests)))).toEqual(shapeOf(guests));
  });

  test('what was seen outweighs what was described: another type, null, a field gone, a field more', () => {
    const known = formOf(at('', { '': 'object', id: 'number', gone: 'string', note: 'string' }));
    expect(
      shapeOf(
        [
          { id: '7', note: null, more: 1 },
          { id: '8', note: 'x', gone: 'y' },
        ].reduce(widened, known),
      ),
    ).toEqual({
      '': 'object',
      gone: 'string?',
      id: 'string',
      more: 'integer?',
      note: 'null|string',
    });
  });

  test('what was seen once and described nowhere may be missing; what was there each time may not', () => {
    expect(shapeOf(widened(undefined, { a: 1 }))).toEqual({ '': 'object', a: 'integer?' });
    expect(shapeOf(widened(widened(undefined, { a: 1, b: 1 }), { a: 2.5 }))).toEqual({
      '': 'object',
      a: 'number',
      b: 'integer?',
    });
  });

  test('one of two: what only one has may be missing', () => {
    expect(
      shapeOf(
        either(
          formOf({ '': 'object', a: 'string', b: 'string' }),
          formOf({ '': 'object', a: 'integer' }),
        ),
      ),
    ).toEqual({ '': 'object', a: 'integer|string', b: 'string?' });
  });

  test('a key that looks like data wants a map', () =>
    expect(() => shapeOf(widened(undefined, { 'a.example.net': 1 }))).toThrow('declare a map'));
});

describe('schemas', () => {
  const none = {
    resolve: (): never => {
      throw new Error('no references');
    },
  };

  test('OpenAPI requires what it lists, Proxmox what is not optional and writes booleans as numbers', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'boolean' }, b: { type: 'string', nullable: true, optional: 1 } },
      required: ['a'],
    };
    expect(shapeOf(described(schema, none))).toEqual({
      '': 'object',
      a: 'boolean',
      b: 'null|string?',
    });
    expect(
      shapeOf(described(schema, { ...none, requiredUnlessOptional: true, booleans: 'integer' })),
    ).toEqual({ '': 'object', a: 'integer', b: 'null|string?' });
  });

  test('allOf adds, oneOf offers, nothing said is anything', () => {
    expect(
      shapeOf(
        described(
          {
            allOf: [
              { properties: { a: { type: 'string' } }, required: ['a'] },
              { properties: { b: {} } },
            ],
          },
          none,
        ),
      ),
    ).toEqual({ '': 'object', a: 'string', b: 'any?' });
    expect(
      shapeOf(
        described(
          { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'integer' } }] },
          none,
        ),
      ),
    ).toEqual({ '': 'array|string', '[]': 'integer' });
    expect(shapeOf(described({ type: 'object' }, none))).toEqual({ '': 'object', '*': 'any?' });
  });
});

test('transcripts: whole JSON answers with 2xx, of both styles', () => {
  const text =
    '>>> -X PUT http://10.0.0.1/api/a?b=1 -H X: y\nHTTP 201 ct=application/json\n{"took":1}\n>>> http://h/cut\nHTTP 200 ct=application/json\n{"a":\n>>> http://h/no\nHTTP 400 ct=application/json\n{}\n### ro /nodes\n{"data":[]}\n\n### ro /no\n{"data":null} [403 66]\n### ro /yes\n{"data":1} [200 11]\n';
  expect(exchanges(text)).toEqual([
    { method: 'PUT', path: '/api/a', query: ['b'], body: { took: 1 } },
    { method: 'GET', path: '/api2/json/nodes', query: [], body: { data: [] } },
    { method: 'GET', path: '/api2/json/yes', query: [], body: { data: 1 } },
  ]);
});

test('the endpoint of a request: parameters are one step, `...` are many', () => {
  const asked = ['GET /a/last', 'GET /a/{id}', 'GET /c/{path...}', 'POST /a/{id}'];
  expect(
    [
      ['GET', '/a/last'],
      ['GET', '/a/7'],
      ['GET', '/a/7/8'],
      ['GET', '/c/7/8'],
      ['POST', '/a/x'],
      ['PUT', '/a/x'],
    ].map(([method = '', path = '']) => endpointOf(asked, method, path)),
  ).toEqual([
    'GET /a/last',
    'GET /a/{id}',
    undefined,
    'GET /c/{path...}',
    'POST /a/{id}',
    undefined,
  ]);
});

test('the sheet corrects a description, and what nothing is known of is an error', () => {
  const upstream = {
    name: 'x',
    of: { service: 'x' },
    source: 's',
    asked: ['GET /a'],
    describe: () => ({
      query: ['q'],
      body: [],
      reply: formOf({ '': 'object', a: 'boolean', b: 'any' }),
    }),
  };
  expect(
    derive({
      ...upstream,
      sheet: { 'GET /a': { says: '§1', query: ['r'], reply: { a: 'string|null?' } } },
    }).endpoints,
  ).toEqual({
    'GET /a': {
      sheet: '§1',
      query: ['q', 'r'],
      reply: { '': 'object', a: 'null|string?', b: 'any' },
    },
  });
  expect(() => derive({ name: 'x', of: { service: 'x' }, source: 's', asked: ['GET /a'] })).toThrow(
    'nothing is known of GET /a',
  );
});

test('variants: each thing that may be otherwise, one at a time', () => {
  const form = formOf({
    '': 'object',
    a: 'string|null',
    b: 'array?',
    'b[]': 'object',
    'b[].c': 'integer?',
  });
  expect(variants({ a: 'x', b: [{ c: 1 }, { c: 2 }] }, form)).toEqual([
    { at: 'a', change: 'null', answer: { a: null, b: [{ c: 1 }, { c: 2 }] } },
    { at: 'b', change: 'missing', answer: { a: 'x' } },
    { at: 'b[].c', change: 'missing', answer: { a: 'x', b: [{}, { c: 2 }] } },
  ]);
});
