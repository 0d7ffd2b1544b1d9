import { expect, it } from 'vitest';
import { rememberUnchanged } from './unchanged.ts';

/** A redactor that counts how often it looks. */
function counting() {
  const looked: string[] = [];
  const redact = rememberUnchanged((text) => {
    looked.push(text);
    return text.replace('hunter2', '[redacted]');
  });
  return { looked, redact };
}

it('looks once at a short text that stays as it is', () => {
  const { looked, redact } = counting();
  expect([redact('running'), redact('running')]).toEqual(['running', 'running']);
  expect(looked).toEqual(['running']);
});

it('keeps neither what it changed nor what is long', () => {
  const { looked, redact } = counting();
  const long = 'running '.repeat(10);
  const texts = ['password hunter2', 'password hunter2', long, long];
  expect(texts.map(redact)).toEqual(['password [redacted]', 'password [redacted]', long, long]);
  expect(looked).toEqual(texts);
});

it('keeps only so many', () => {
  const { looked, redact } = counting();
  for (let i = 0; i < 4_097; i++) redact(`guest ${i}`);
  redact('guest 0');
  expect(looked.at(-1)).toBe('guest 0');
  expect(looked).toHaveLength(4_098);
});
