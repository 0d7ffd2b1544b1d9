/** Runs that tokenizers take apart alike: words, figures, blanks, what is not ASCII, and the rest one by one. */
const runs = /[A-Za-z]+|[0-9]+|[ \t\r\n]+|[^\x00-\x7f]+|[^]/g;

/** Codes of one byte below this are ASCII. */
const ascii = 0x80;

/**
 * About how many tokens a text is for a model: never less than that in what was measured, and up to twice as many.
 * A real tokenizer would cost more than the answer itself.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [run] of text.matchAll(runs)) tokens += tokensOf(run);
  return Math.ceil(tokens);
}

function tokensOf(run: string): number {
  const code = run.charCodeAt(0);
  if (code >= ascii) return run.length * 1.5;
  if (isDigit(code)) return Math.ceil(run.length / 3);
  if (isLetter(code)) return run.length <= 6 ? 1.25 : run.length / 3;
  if (run.trim() === '') return run.length > 1 || run === '\n' ? 1 : 0;
  return 0.75;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;
