import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseExactly } from './exact-json.ts';

it('keeps the digits of what no double holds, and everything else as it is', () => {
  expect(
    parseExactly(
      '{"id":1764125407261123457,"odd":9007199254740993,"below":[-9007199254740993,9007199254740991],"f":0.12345678901234567,"e":1234567890123456e3,"n":12345678901234567.5,"s":"\\"1764125407261123457"}',
    ),
  ).toEqual({
    id: '1764125407261123457',
    odd: '9007199254740993',
    below: ['-9007199254740993', 9007199254740991],
    f: Number('0.12345678901234567'),
    e: 1234567890123456e3,
    n: Number('12345678901234567.5'),
    s: '"1764125407261123457',
  });
});

it('reads any JSON without such integers as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const integers = JSON.stringify(JSON.parse(text)).replace(/"(?:[^"\\]|\\.)*"/g, '""');
      fc.pre(!/\d{16}/.test(integers));
      expect(parseExactly(text)).toEqual(JSON.parse(text));
    }),
  );
});

it('is not overwhelmed by a long text', () => {
  const long = `{"a":"${'1234567890123456\\n'.repeat(200_000)}","b":12345678901234567890}`;
  expect(parseExactly(long)).toMatchObject({ b: '12345678901234567890' });
});
