import type { Candidate } from './look.ts';
import type { Prompts } from './prompts.ts';
import type { Suggestion } from './suggestions.ts';
import type { VariablesFile } from './variables-file.ts';

/** What every part of the dialogue works with. */
export interface Desk {
  readonly prompts: Prompts;
  readonly file: VariablesFile;
  /** Every service that can be added. */
  readonly candidates: readonly Candidate[];
  /** Where secrets get files of their own; undefined: they stand among the variables. */
  readonly secretFolder: string | undefined;
  readonly signal: AbortSignal;
  /** What the services that were added named, and was not added since. */
  readonly suggestions: Suggestion[];
}
