import { isObject, parseJson, type JsonObject } from '../../core/base/json.ts';
import { isWebPage, type ClientOptions } from '../../core/http/index.ts';
import { isAtLeast } from './version.ts';

/** Why NetBox refuses: it has no 401, so one 403 means a missing, a wrong, an expired or a weak token. Texts: netbox/api/authentication.py. */
const refusals: readonly [RegExp, string][] = [
  [
    /^invalid (v\d )?token/i,
    'NetBox does not know this token. It was deleted, mistyped, or made on another NetBox. Make one under your profile > API Tokens.',
  ],
  [
    /^token expired/i,
    'The token has expired. Make a new one, or move its expiry, under your profile > API Tokens.',
  ],
  [/^token disabled/i, 'The token is disabled. Enable it under your profile > API Tokens.'],
  [
    /^user inactive/i,
    'The account behind the token is inactive. An administrator can activate it.',
  ],
  [
    /^source ip|^client ip/i,
    'The token only works from its allowed IPs. Add the address of the machine Lares runs on; behind a proxy NetBox needs X-Forwarded-For.',
  ],
  [
    /^invalid authorization header/i,
    'The token is not whole: 40 characters (v1), or nbt_<key>.<secret> (v2).',
  ],
];

/** What NetBox meant by a refusal, and what to do about it; no reason where the body says none. */
export const describeError: NonNullable<ClientOptions['describeError']> = ({
  status,
  text,
  headers,
  target,
}) => {
  const body = parseJson(text);
  if (!isObject(body)) {
    if (status === 400 && isWebPage({ text, headers }))
      return {
        reason: 'a web page',
        hint: 'NetBox does not serve the host name it was asked by: ALLOWED_HOSTS in its configuration must list the host of NETBOX_URL.',
        front: true,
      };
    if (status !== 404) return undefined;
    return {
      reason: 'no such page',
      hint: 'That is a web page, not the API: the URL must be where NetBox itself starts, e.g. https://host/netbox when it has a BASE_PATH.',
      front: true,
    };
  }
  const detail = typeof body['detail'] === 'string' ? body['detail'].replace(/\.$/, '') : undefined;
  if (status === 403)
    return {
      reason: detail,
      hint: hintForDenied(detail ?? '', String(headers['api-version'] ?? ''), target),
    };
  if (status === 400)
    return {
      reason: problems(body),
      hint: 'NetBox does not have that value for this kind of object. Sites, roles and tags are given by their slug, clusters by their exact name; netbox_search finds devices, VMs and sites.',
    };
  if (status === 500 && typeof body['exception'] === 'string')
    return {
      reason: `${body['exception']}: ${String(body['error'] ?? '')}`.slice(0, 300),
      hint: 'That is a fault inside NetBox; its log has the traceback.',
    };
  return { reason: detail };
};

/** The hint of a 403: its `detail` is the only thing that tells a bad token from a missing permission. */
function hintForDenied(detail: string, apiVersion: string, target: string): string {
  if (/credentials were not provided/i.test(detail)) {
    const isOld = apiVersion !== '' && !isAtLeast(apiVersion, '4.5');
    if (isOld)
      return `NetBox ${apiVersion} saw no token it understands. It does not know v2 tokens (nbt_…): make a v1 token; or a proxy in front drops the Authorization header.`;
    return 'NetBox saw no token. With a v2 token (nbt_…) this is a NetBox before 4.5, which does not know v2 tokens: make a v1 token. Otherwise: A proxy in front drops the Authorization header.';
  }
  if (/permission to perform/i.test(detail)) {
    const permission = permissionFor(target);
    return `The token's user may not view this. Admin > Permissions > Add: action "view"${permission ? ` on ${permission}` : ''}, for that user or its group.`;
  }
  return (
    refusals.find(([pattern]) => pattern.test(detail))?.[1] ??
    'NetBox answers 403 for a missing, wrong or expired token as well as for a missing permission.'
  );
}

/** `/dcim/devices/` → `dcim.device`: the object type as the permission form names it. */
export function permissionFor(target: string): string | undefined {
  const [, app, model] = /^\/([a-z]+)\/([a-z-]+)\//.exec(target) ?? [];
  return app && model
    ? `${app}.${model.replace(/-/g, '').replace(/(?<=ss)es$|(?<=x)es$|s$/, '')}`
    : undefined;
}

/** `{"site": ["Select a valid choice. …"]}` on one line. */
const problems = (body: JsonObject): string =>
  Object.entries(body)
    .map(([field, messages]) => `${field}: ${[messages].flat().map(String).join(' ')}`)
    .join('; ')
    .slice(0, 400);

/** Django's pages: a host name it does not serve, a path outside the API, a fault. Its refusals of a token are JSON. */
export const isOwnRefusal: NonNullable<ClientOptions['isOwnRefusal']> = (answer) =>
  [400, 404, 500].includes(answer.status) && isWebPage(answer);
