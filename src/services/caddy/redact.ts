import { isObject, type Json, type JsonObject } from '../../core/base/json.ts';
import { redacted } from '../../core/config/secrets.ts';
import { redactExpression } from './redact-expression.ts';

/** A config that may be shown, and what was taken out or stands outside of it, by path. */
export interface RedactedConfig {
  config: Json;
  /** Paths of what was redacted. */
  redacted: string[];
  /** Credentials that are only named in the config: `{env.CF_API_TOKEN}` is where one is, not what it is. */
  placeholders: { path: string; value: string }[];
}

/** Words that mean a credential wherever they stand in a key: providers and plugins are many, and each has its own. */
const secretKey =
  /pass(?:word|wd|phrase)|(?:^|_)pass$|(?:^|_)pwd$|secret|token|credential|cookie|authorization|bearer|hmac|mac_key|salt|signing|jwt|licen[cs]e|(?:^|_)dsn$|connection_string|(?:api|access|account|auth|private|consumer|application|app|shared|encryption|aes|tsig|master|session|service)[-_]?key|^key$|apikey|^auth$/i;

/** Objects of which everything is taken for a credential except what plainly is none. */
const secretParts = new Set([
  'provider',
  'dns_provider',
  'dns',
  'storage',
  'external_account',
  'eab',
  'accounts',
  'crowdsec',
]);
const plainKeys = new Set([
  'module',
  'name',
  'provider',
  'handler',
  'username',
  'address',
  'addresses',
  'host',
  'hosts',
  'port',
  'root',
  'prefix',
  'db',
  'ttl',
  'region',
  'zone',
  'resolvers',
  'propagation_timeout',
  'propagation_delay',
  'client_type',
  'algorithm',
  'protocol',
  'timeout',
  'value_prefix',
  'bucket',
  'cost',
]);

/** Header fields and query parameters whose value lets somebody in. */
const secretHeader = /authori[sz]ation|cookie|token|secret|api-?key|^x-.*(?:key|auth)|signature/i;
const hash = /^(?:\$(?:2[abxy]|argon2\w*|scrypt|[156])\$|JDJ[hi45])/;
const placeholder = /\{(?:env|file|vault|\$)[^{}]*\}/;
const onlyPlaceholders = /^(?:(?:bearer|basic|token)\s+)?(?:\{[^{}]+\})+$/i;

/** Takes every credential out. In doubt a string goes: what a key is called decides, and where it stands. */
export function redactConfig(config: Json, at: readonly string[] = []): RedactedConfig {
  const shown: RedactedConfig = { config: null, redacted: [], placeholders: [] };
  const context = at.reduce<Context>((outer, key) => inside(key, outer), 'open');
  shown.config = walk(config, at, isHeldValue(config, at) ? 'secret' : context, shown);
  return shown;
}

/** A value alone, whose name stands beside it and was not asked for: it may be that of a credential. */
const isHeldValue = (config: Json, at: readonly string[]): boolean =>
  typeof config === 'string' && (heldFields.includes(at.at(-1) ?? '') || at.includes('mappings'));

/** `open`: judged by its key. `part`: everything but plain keys. `secret`: every string. */
type Context = 'open' | 'part' | 'secret';

function inside(key: string, context: Context): Context {
  if (context === 'secret' || isSecretKey(key)) return 'secret';
  if (/^\d+$/.test(key)) return context;
  if (context === 'part') return plainKeys.has(key) || secretParts.has(key) ? 'part' : 'secret';
  return secretParts.has(key) ? 'part' : 'open';
}

/** Whether a key, a header field or a parameter is called like a credential. */
export const isSecretKey = (key: string): boolean => secretKey.test(key) || secretHeader.test(key);

function walk(
  value: Json | undefined,
  at: readonly string[],
  context: Context,
  shown: RedactedConfig,
): Json {
  if (typeof value === 'string') return shownText(value, at, context, shown);
  if (typeof value === 'number') return context === 'secret' ? take(at, shown) : value;
  if (Array.isArray(value))
    return value.map((item: Json, i) => walk(item, [...at, String(i)], context, shown));
  if (!isObject(value)) return value ?? null;
  const pair = pairContext(value, context);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      walk(item, [...at, key], pair(key) ?? inside(key, context), shown),
    ]),
  );
}

/** Fields that name what their neighbours hold: of a query parameter (`key`), a mapping (`source`). */
const namingFields = ['key', 'source'];
/** Neighbours that hold it. */
const heldFields = ['val', 'value', 'search', 'search_regexp', 'replace', 'mappings'];

/** In a pair of a name and a value the name decides: `{key: "api_key", val: "…"}`. The name itself is shown. */
function pairContext(value: JsonObject, context: Context): (key: string) => Context | undefined {
  const naming = namingFields.find((field) => typeof value[field] === 'string');
  const isPair = naming !== undefined && heldFields.some((field) => field in value);
  if (!isPair || context === 'secret') return () => undefined;
  const isSecret = isSecretName(String(value[naming]));
  return (key) => {
    if (key === naming) return 'open';
    return isSecret && heldFields.includes(key) ? 'secret' : undefined;
  };
}

/** `{http.request.header.X-Token}` is called by its last part. */
const isSecretName = (name: string): boolean =>
  isSecretKey(name.replace(/[{}]/g, '').split('.').at(-1) ?? '');

function shownText(
  value: string,
  at: readonly string[],
  context: Context,
  shown: RedactedConfig,
): Json {
  if (context !== 'secret' && isExpression(at)) return shownExpression(value, at, shown);
  if ((context !== 'secret' && !hash.test(value)) || value === '') return value;
  if (onlyPlaceholders.test(value)) {
    if (placeholder.test(value)) shown.placeholders.push({ path: at.join('/'), value });
    return value;
  }
  return isKeyFile(at.at(-1), value) ? value : take(at, shown);
}

/** CEL stands in a matcher as a string, or as `expr` of one. */
const isExpression = (at: readonly string[]): boolean => {
  const path = at.filter((key) => !/^\d+$/.test(key));
  return path.at(-1) === 'expression' || (path.at(-1) === 'expr' && path.at(-2) === 'expression');
};

function shownExpression(value: string, at: readonly string[], shown: RedactedConfig): Json {
  const expression = redactExpression(value, isSecretKey);
  if (expression !== value) shown.redacted.push(at.join('/'));
  return expression;
}

/** Where a certificate's key lies is no secret; what is in it is. */
const isKeyFile = (key: string | undefined, value: string): boolean =>
  key === 'key' && /^\/[\w./@-]+\.(?:pem|key|crt|cer)$/.test(value);

function take(at: readonly string[], shown: RedactedConfig): string {
  shown.redacted.push(at.join('/'));
  return redacted;
}
