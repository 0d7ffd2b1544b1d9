import type { Reply } from '../../../demo/loopback.ts';

/** FTL adds the seconds it took to every body. */
export const body = (value: object, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ ...value, took: 0.000028371810913085938 }),
});

export const problem = (
  status: number,
  key: string,
  message: string,
  hint: string | null = null,
): Reply => body({ error: { key, message, hint } }, status);

export const badRequest = (message: string, hint: string | null = null): Reply =>
  problem(400, 'bad_request', message, hint);

/** "Nothing there" has no error object. */
export const nothing = (): Reply => body({}, 404);

export const gone: Reply = { status: 204, headers: { 'content-type': 'text/html' } };
