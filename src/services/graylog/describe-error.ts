import type { ClientOptions } from '../../core/http/index.ts';
import { isObject, parseJson } from '../../core/base/json.ts';
import { hintFor, permissionFor, streamFix } from './rights.ts';
import type { Settings } from './settings.ts';

const proxyHint = 'A proxy in front that takes away the Authorization header looks the same.';
const tokenHint = `The access token (GRAYLOG_TOKEN) was refused. Since Graylog 6.2 access tokens expire, after 30 days unless their creator said otherwise: make a new one (System › Users and Teams › USER › Edit tokens). ${proxyHint}`;
const passwordHint = `The user name and password (GRAYLOG_USERNAME, GRAYLOG_PASSWORD) were refused. An access token does not go there but into GRAYLOG_TOKEN, alone. ${proxyHint}`;

/** What a refusal means, in Graylog's own words (`message` of an ApiError, RequestError or SearchError), and what to do about it. */
export const describeError: NonNullable<ClientOptions['describeError']> = ({
  status,
  text,
  reason,
  target,
  settings,
}) => {
  const message = messageIn(text);
  if (status === 401) {
    const { byToken = true } = (settings ?? {}) as Partial<Settings>;
    return { reason: message ?? reason, hint: byToken ? tokenHint : passwordHint };
  }
  if (status === 403)
    return { reason: message ?? reason, hint: permissionHint(message ?? '', target) };
  return message === undefined ? undefined : { reason: message };
};

function permissionHint(message: string, target: string): string {
  if (/stream/i.test(message)) return `Share the streams with this user: ${streamFix}`;
  const permission = permissionFor(target);
  return permission
    ? hintFor(permission)
    : 'The user lacks a permission for this. `lares doctor` shows what is missing.';
}

/** At most 500 characters on one line: OpenSearch puts whole queries into its errors. */
function messageIn(text: string): string | undefined {
  const body = parseJson(text);
  const message =
    isObject(body) && typeof body['message'] === 'string'
      ? body['message'].replace(/\s+/g, ' ').trim()
      : '';
  return message === '' ? undefined : message.slice(0, 500);
}
