import { isObject } from '../../core/base/json.ts';
import { isSecretKey } from './redact.ts';
import { redactExpression } from './redact-expression.ts';
import { isProxy, type Handler, type MatcherSet, type ReverseProxy } from './schema/index.ts';

/** A matcher set in words, its hosts aside; empty when nothing else has to match. */
export const conditionOf = (set: MatcherSet): string =>
  Object.entries(set)
    .flatMap(([name, value]) => (name === 'host' ? [] : [matcherText(name, value)]))
    .join(' and ');

const strings = (value: unknown): string[] =>
  [value].flat().filter((item): item is string => typeof item === 'string');
const listed = (value: unknown): string => strings(value).join(' ');
const ranges = (value: unknown): string => (isObject(value) ? listed(value['ranges']) : '');

function matcherText(name: string, value: unknown): string {
  if (name === 'path') return `path ${listed(value)}`;
  if (name === 'method') return listed(value);
  if (name === 'protocol') return `over ${listed(value)}`;
  if (name === 'remote_ip' || name === 'client_ip') return `from ${ranges(value)}`;
  if (name === 'path_regexp' && isObject(value)) return `path ~ ${listed(value['pattern'])}`;
  if (name === 'not' && Array.isArray(value))
    return `not (${value
      .filter(isObject)
      .map((set) =>
        Object.entries(set)
          .map(([inner, words]) =>
            inner === 'host' ? `host ${listed(words)}` : matcherText(inner, words),
          )
          .join(' and '),
      )
      .join(' or ')})`;
  if ((name === 'header' || name === 'query' || name === 'vars') && isObject(value))
    return `${name} ${Object.keys(value).join(' ')}`;
  if (name === 'expression')
    return `expression ${redactExpression(isObject(value) ? listed(value['expr']) : listed(value), isSecretKey)}`;
  return name;
}

/** What a handler other than a subroute does, in words; undefined when it is not worth a word. */
export function handlerText(handler: Handler): string | undefined {
  if (isProxy(handler)) return proxyText(handler);
  const describe = descriptions[handler.handler];
  return describe ? describe(handler) : handler.handler;
}

type Describe = (handler: Handler) => string | undefined;
const descriptions: Readonly<Record<string, Describe>> = {
  file_server: (handler) =>
    `serve files${root(handler)}${handler['browse'] ? ' with listings' : ''}`,
  static_response: responseText,
  rewrite: rewriteText,
  vars: (handler) => (root(handler) ? `root${root(handler).replace(' from', '')}` : undefined),
  headers: () => 'set headers',
  encode: ({ encodings }) =>
    `compress ${isObject(encodings) ? Object.keys(encodings).sort().join(' ') : ''}`.trim(),
  authentication: ({ providers }) =>
    `authenticate ${
      isObject(providers)
        ? Object.keys(providers)
            .map((name) => (name === 'http_basic' ? 'basic' : name))
            .join(' ')
        : ''
    }`.trim(),
  error: ({ status_code }) => `error ${text(status_code) || 500}`,
  request_body: () => 'limit the request body',
};

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const root = ({ root: from }: Handler): string => (text(from) ? ` from ${text(from)}` : '');

function responseText({ headers, status_code, abort, close }: Handler): string {
  if (abort === true) return 'abort the connection';
  const location = isObject(headers)
    ? Object.entries(headers).find(([name]) => name.toLowerCase() === 'location')?.[1]
    : undefined;
  const to = listed(location);
  if (to) return `redirect ${text(status_code) || 302} → ${to}`;
  return `respond ${text(status_code) || 200}${close === true ? ' and close' : ''}`;
}

function rewriteText({ strip_path_prefix, strip_path_suffix, uri, method }: Handler): string {
  const parts = [
    text(strip_path_prefix) && `strip ${text(strip_path_prefix)}`,
    text(strip_path_suffix) && `strip trailing ${text(strip_path_suffix)}`,
    text(uri) && `rewrite to ${text(uri)}`,
    text(method) && `as ${text(method)}`,
  ];
  return parts.filter(Boolean).join(' ') || 'rewrite';
}

/** Caddyfile's `forward_auth` is a proxy that asks with a rewritten GET and goes on when the answer is 2xx. */
const isForwardAuth = ({ rewrite: request, handle_response }: ReverseProxy): boolean =>
  isObject(request) && request['method'] === 'GET' && Array.isArray(handle_response);

/** `srv _web._tcp.lab.test`: where the addresses are looked up. */
export const dynamicAddress = ({
  source,
  name,
}: NonNullable<ReverseProxy['dynamic_upstreams']>): string =>
  `${source ?? 'dynamic'} ${name ?? ''}`.trim();

function proxyText(handler: ReverseProxy): string {
  const { upstreams, dynamic_upstreams: dynamic, transport, load_balancing } = handler;
  const to = [
    ...(upstreams ?? []).map(({ dial }) => dial ?? 'the requested host'),
    ...(dynamic ? [dynamicAddress(dynamic)] : []),
  ];
  const policy = to.length > 1 ? (load_balancing?.selection_policy?.policy ?? 'random') : '';
  const how = [
    transport?.protocol === 'fastcgi' ? 'fastcgi' : '',
    transport?.tls ? 'https' : '',
    policy,
  ]
    .filter(Boolean)
    .join(', ');
  return `${isForwardAuth(handler) ? 'ask' : 'proxy'} → ${to.join(', ') || 'no upstream'}${how && ` (${how})`}${isForwardAuth(handler) ? ' for permission' : ''}`;
}
