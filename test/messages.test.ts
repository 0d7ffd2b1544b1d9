import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/core/config/secrets.ts';

const root = new URL('../src/', import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => !/\.test\.ts$|^demo\/|\/fake\/|\/fixtures\//.test(file))
  .sort();

/** The texts in a file's code: what stands in quotes and holds a blank. What is put into a template counts as a word. */
function textsIn(code: string): string[] {
  const withoutComments = code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  const texts = withoutComments.match(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g) ?? [];
  return texts
    .map((text) => text.slice(1, -1).replace(/\$\{[^{}]*\}/g, 'word'))
    .filter((text) => / /.test(text) && !/\\[bsdw]|\(\?/.test(text));
}

describe('what Lares says itself', () => {
  it('has no words that its own redactor would take for a secret', () => {
    const redact = createRedactor([]);
    const eaten = files.flatMap((file) => {
      return textsIn(readFileSync(new URL(file, root), 'utf8'))
        .filter((text) => redact(text) !== text)
        .map((text) => `${file}: ${text} (arrives as: ${redact(text)})`);
    });
    expect(eaten).toEqual([]);
  });

  it('is looked at where it stands: a text that would be eaten is found', () => {
    const [text = ''] = textsIn("throw new InputError('with its credentials: put them there')");
    expect([text, createRedactor([])(text)]).toEqual([
      'with its credentials: put them there',
      'with its credentials: [redacted] them there',
    ]);
  });
});
