import { expect, it } from 'vitest';
import { coloured } from './colour.ts';

it('on a terminal the first words of a line say by colour how bad it is', () => {
  const text = 'All clear.\nNOT CHECKED: names (why)\nCRITICAL x: CRITICAL\nplain';
  expect(coloured(text, true)).toBe(
    [
      '\u001b[32mAll clear\u001b[39m.',
      '\u001b[33mNOT CHECKED\u001b[39m: names (why)',
      '\u001b[31mCRITICAL\u001b[39m x: CRITICAL',
      'plain',
    ].join('\n'),
  );
});

it('everywhere else the text stays as it is', () => {
  expect(coloured('CRITICAL x', false)).toBe('CRITICAL x');
});
