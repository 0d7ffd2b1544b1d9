import { mediaType, type ClientOptions } from '../../core/http/index.ts';
import { isObject, parseJson } from '../../core/base/json.ts';

/** Errors are `{"error": "…"}` (caddy:admin.go); the status line holds only the usual words. */
export const describeError: NonNullable<ClientOptions['describeError']> = ({ status, text }) => {
  const reason = errorIn(text);
  if (reason === undefined && status === 404)
    return {
      reason: 'no such path',
      hint: 'Is this the admin API of Caddy (port 2019 by default), and not one of its sites?',
    };
  return { reason, hint: hintFor(reason ?? '') };
};

function errorIn(text: string): string | undefined {
  const body = parseJson(text);
  return isObject(body) && typeof body['error'] === 'string' ? body['error'] : undefined;
}

const hints: readonly [RegExp, string][] = [
  [
    /^host not allowed/,
    'Its admin API only answers to a Host it knows, port included. Set CADDY_HOST_HEADER to one of them (localhost:2019 where it listens on loopback), or name this one in `admin { origins … }`.',
  ],
  [
    /not allowed to access from origin|Origin header is missing/,
    'It has `enforce_origin`, or what is between adds an Origin. Set CADDY_ORIGIN_HEADER to one of its `origins`.',
  ],
  [
    /not authorized to access this path/,
    'Allow this path for the client certificate: "permissions": [{"methods": ["GET"], "paths": ["/config/", "/reverse_proxy/upstreams", "/metrics"]}] in admin.remote.access_control.',
  ],
  [
    /not authorized to use this method/,
    'Allow GET for the client certificate in admin.remote.access_control.',
  ],
  [
    /client identity not authorized/,
    'Add the certificate of CADDY_CLIENT_CERT_FILE to `public_keys` in admin.remote.access_control.',
  ],
  [
    /invalid traversal path|invalid array index|array index out of bounds/,
    'caddy_get_config without a path shows what there is; lists are indexed from 0.',
  ],
];

const hintFor = (reason: string): string | undefined =>
  hints.find(([pattern]) => pattern.test(reason))?.[1];

/** Paths that its admin API does not have are refused by Go itself, in plain text. */
export const isOwnRefusal: NonNullable<ClientOptions['isOwnRefusal']> = (answer) =>
  answer.status === 404 && mediaType(answer) === 'text/plain';
