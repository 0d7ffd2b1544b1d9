import { json, type Reply, type Seen } from '../../../demo/loopback.ts';
import type { Knobs } from './knobs.ts';

/** What the router and the exporter toolkit answer. */
export const plain = (
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Reply => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: `${body}\n`,
});

/** Basic auth as exporter-toolkit does it: it guards everything, health pages too. */
export function refuseStranger({ headers }: Seen, auth: Knobs['auth']): Reply | undefined {
  const expected =
    auth && `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  return expected && headers.authorization !== expected
    ? plain(401, 'Unauthorized', { 'www-authenticate': 'Basic' })
    : undefined;
}

/** The envelope of an error. */
export const failure = (status: number, errorType: string, error: string): Reply =>
  json({ status: 'error', errorType, error }, status);
/** The envelope of an answer; `more` are its warnings and infos. */
export const success = (data: unknown, more: object = {}): Reply =>
  json({ status: 'success', data, ...more });

/** A refusal as an exception, on its way out of nested calls. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(parameter: string, message: string) {
    super(message);
    this.reply = failure(400, 'bad_data', `invalid parameter "${parameter}": ${message}`);
  }
}
