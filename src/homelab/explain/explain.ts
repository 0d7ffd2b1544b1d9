import * as z from 'zod';
import { renderRead } from '../../core/answer.ts';
import type { Call } from '../../core/http/index.ts';
import type { Runtime } from '../../core/runtime.ts';
import { homelabRead, type HomelabTool } from '../read-tool.ts';
import { explained } from './explained.ts';
import { explanationText } from './explanation-text.ts';
import { Explanation } from './explanation.ts';
import { shorten } from './shorten.ts';
import type { Question } from './subject.ts';

/** Tokens of the text, whatever the caller would take; the data has the same rows. */
const maxTextTokens = 1_200;

const shown = { output: Explanation, text: explanationText, shorten };

const tool = homelabRead({
  name: 'explain',
  title: 'What is this, and what is wrong with it?',
  description:
    'Explain one thing: the chain it stands in, its state and trouble, what depends on it, what happened lately.',
  example: { what: 'wiki' },
  input: z.strictObject({
    what: z.string().trim().min(1).max(300).describe('Name, number, IP, MAC, URL, alert or ref'),
  }),
  run: explained,
  ...shown,
});

export const explain: HomelabTool = {
  ...tool,
  run: (raw, runtime, call) => tool.run(raw, runtime, { ...call, maxTextTokens }),
};

/** The answer of the tool to a narrower question. */
export async function explanationOf(
  question: Question,
  runtime: Runtime,
  call: Call,
): Promise<{ text: string; data: Explanation }> {
  const { result, text } = await renderRead(
    shown,
    { ...question },
    () => explained(question, runtime, call),
    { redact: runtime.redact, maxTextTokens },
  );
  return { text, data: result as unknown as Explanation };
}
