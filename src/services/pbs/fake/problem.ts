/** A refusal as the server words it: plain text, with a delay where it makes the caller wait. */
export class Problem extends Error {
  readonly status: number;
  readonly delayMs: number;
  constructor(status: number, text: string, delayMs = 0) {
    super(text);
    this.status = status;
    this.delayMs = delayMs;
  }
}

/** What a Rust error in a handler becomes, whatever its nature. */
export const failed = (text: string): Problem => new Problem(400, text);
