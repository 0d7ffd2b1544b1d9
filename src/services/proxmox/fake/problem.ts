/** A refusal in the words of Proxmox: the first line goes into the status line, all of it into the body. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: Record<string, string> | undefined;
  readonly delayMs: number;

  constructor(status: number, message: string, errors?: Record<string, string>, delayMs = 0) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.delayMs = delayMs;
  }
}

/** What a Perl `die` in a handler becomes. */
export const died = (message: string): Problem => new Problem(500, message);
export const badParameters = (errors: Record<string, string>): Problem =>
  new Problem(400, 'Parameter verification failed.', errors);
export const forbidden = (what: string): Problem =>
  new Problem(403, `Permission check failed (${what})`);
