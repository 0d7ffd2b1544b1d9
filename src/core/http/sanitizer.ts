/** What happens to answers as they come in, before anything else sees them: secrets in them are taken out here. A login is answered past it, since what it gives is one. */
export interface Sanitizer {
  /** Text that is read as it is: a refusal, a log, the words of a status line. */
  text(text: string): string;
  /** What the JSON in `body` says. Keys stay as they are. `comparable`: what is taken out leaves a mark by which equal secrets are equal. */
  json(value: unknown, body: string, comparable?: boolean): unknown;
  /** Whether a text has the mark that stands where a secret was, in the spelling of a path or a body. */
  isMarked(text: string): boolean;
}

/** Leaves everything as it comes. */
export const plainSanitizer: Sanitizer = {
  text: (text) => text,
  json: (value) => value,
  isMarked: () => false,
};
