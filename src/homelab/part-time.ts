import { UnreachableError } from '../core/base/errors.ts';
import type { Connection } from '../core/http/index.ts';
import { codeOf } from '../core/http/unreachable.ts';

/** What a machine that is switched off looks like. One that hangs, breaks off or shows another certificate is there. */
const off = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'CONNECT_TIMEOUT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
]);

/** Whether an instance is away and may be: its operator declared it part-time, and nothing is there to talk to. */
export const isAwayAsExpected = (connection: Connection | undefined, error: unknown): boolean =>
  connection?.target.partTime === true &&
  error instanceof UnreachableError &&
  off.has(codeOf(error.cause));
