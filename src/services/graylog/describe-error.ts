import type { ClientOptions } from '../../core/http/index.ts';
import { isObject, parseJson } from '../../core/base/json.ts';
import { hintFor, permissionFor, streamFix } from './rights.ts';

const expired =
  'The credentials were refused. Since Graylog 6.2 access tokens expire, after 30 days unless their creator said otherwise: make a new one (System › Users and Teams › USER › Edit tokens). A proxy in front that takes away the Authorization header looks the same.';

/** Graylog's words for a refusal: `message` of an ApiError, RequestError or SearchError. */
export const describeError: NonNullable<ClientOptions['describeError']> = ({
  status,
  text,
  reason,
  target,
}) => {
  const said = words(text);
  if (status === 401) return { reason: said ?? reason, hint: expired };
  if (status === 403) return { reason: said ?? reason, hint: missing(said ?? '', target) };
  return said === undefined ? undefined : { reason: said };
};

function missing(said: string, target: string): string {
  if (/stream/i.test(said)) return `Share the streams with this user: ${streamFix}`;
  const permission = permissionFor(target);
  return permission
    ? hintFor(permission)
    : 'The user lacks a permission for this. `lares doctor` shows what is missing.';
}

/** At most 500 characters on one line: OpenSearch puts whole queries into its errors. */
function words(text: string): string | undefined {
  const body = parseJson(text);
  const message =
    isObject(body) && typeof body['message'] === 'string'
      ? body['message'].replace(/\s+/g, ' ').trim()
      : '';
  return message === '' ? undefined : message.slice(0, 500);
}
