import { isObject, type Json } from '../../core/base/json.ts';
import { redacted } from '../../core/config/secrets.ts';

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
  shown.config = walk(
    config,
    at,
    at.reduce<Context>((context, key) => inside(key, context), 'open'),
    shown,
  );
  return shown;
}

/** `open`: judged by its key. `part`: everything but plain keys. `secret`: every string. */
type Context = 'open' | 'part' | 'secret';

function inside(key: string, context: Context): Context {
  if (context === 'secret' || isSecretKey(key)) return 'secret';
  if (/^\d+$/.test(key)) return context;
  if (context === 'part') return plainKeys.has(key) || secretParts.has(key) ? 'part' : 'secret';
  return secretParts.has(key) ? 'part' : 'open';
}

const isSecretKey = (key: string): boolean => secretKey.test(key) || secretHeader.test(key);

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
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      walk(item, [...at, key], inside(key, context), shown),
    ]),
  );
}

function shownText(
  value: string,
  at: readonly string[],
  context: Context,
  shown: RedactedConfig,
): Json {
  if ((context !== 'secret' && !hash.test(value)) || value === '') return value;
  if (onlyPlaceholders.test(value)) {
    if (placeholder.test(value)) shown.placeholders.push({ path: at.join('/'), value });
    return value;
  }
  return isKeyFile(at.at(-1), value) ? value : take(at, shown);
}

/** Where a certificate's key lies is no secret; what is in it is. */
const isKeyFile = (key: string | undefined, value: string): boolean =>
  key === 'key' && /^\/[\w./@-]+\.(?:pem|key|crt|cer)$/.test(value);

function take(at: readonly string[], shown: RedactedConfig): string {
  shown.redacted.push(at.join('/'));
  return redacted;
}
