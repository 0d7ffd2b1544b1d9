import type { Reply } from '../../../demo/loopback.ts';

/** A refusal with the body Graylog gives it. */
export class Problem extends Error {
  readonly reply: Reply;
  constructor(
    status: number,
    message: string,
    details: { type?: string; [key: string]: unknown } = {},
  ) {
    super(message);
    this.reply = {
      status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'ApiError', message, ...details }),
    };
  }
}

/** No route, or not one of this version. */
export const notFound = (): Problem => new Problem(404, 'HTTP 404 Not Found');
