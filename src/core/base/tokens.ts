/** Runs that tokenizers take apart alike: words, capitals, figures, a blank before one, blanks, what is not ASCII, and the rest one by one. */
const runs =
  /[A-Z]?[a-z]+|[A-Z]+|[0-9]+| (?=[0-9])|[ \t\r\n]+|[\u0080-\u058f]+|[\ud800-\udfff]+|[^\x00-\x7f\u0080-\u058f\ud800-\udfff]+|[^]/g;

/**
 * About how many tokens a text is for a model: never less than that in what was measured, and up to three times as many.
 * A real tokenizer would cost more than the answer itself.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [run] of text.matchAll(runs)) tokens += tokensOf(run);
  return Math.ceil(tokens);
}

function tokensOf(run: string): number {
  const code = run.charCodeAt(0);
  if (isSurrogate(code)) return run.length * 1.75;
  if (code >= 0x590) return run.length * 1.5;
  if (code >= 0x80) return run.length * 0.9;
  if (isDigit(code)) return Math.ceil(run.length / 3) + 0.45;
  if (isCapital(code) && !isSmall(run.charCodeAt(run.length - 1)))
    return Math.max(1, run.length / 1.3);
  if (isSmall(code | 32)) return run.length <= 6 ? 1.25 : run.length / 2.8;
  if (run === ' ') return 0.2;
  return run.trim() === '' ? 1 : 0.75;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isSmall = (code: number): boolean => code >= 97 && code <= 122;
const isCapital = (code: number): boolean => code >= 65 && code <= 90;
const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;
