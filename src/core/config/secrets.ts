import type * as z from 'zod';
import { isOwnWord } from './own-words.ts';
import { createShapeRedactor, redacted, type Redactor } from './secret-shapes.ts';

export { redacted, type Redactor } from './secret-shapes.ts';

/** Whether a configuration field was marked `.meta({ secret: true })`, also under `.optional()` or `.default()`. */
export function isSecret(field: z.core.$ZodType): boolean {
  const schema = field as z.ZodType;
  if (schema.meta()?.['secret'] === true) return true;
  const inner = (schema.def as { innerType?: z.ZodType }).innerType;
  return inner !== undefined && isSecret(inner);
}

/** Shorter ones stand in too many words. */
const shortest = 8;

/** Secrets that are no secret, and words that stand in answers for what they mean. */
const common =
  /^(?:password\d*|passw0rd|pa\$\$word|changeme\d*|change_?me|letmein\d*|1234567890?|12345678|87654321|qwertyui(?:op)?|administrator|adminadmin|admin\d+|raspberry|homelab\d*|testtest|test\d{4,}|welcome\d*|iloveyou|sunshine|football|baseball|princess|superman|trustno1|default\d*|internal|localhost|\[?redacted\]?)$/i;

/** Why a secret cannot be hidden in answers: it would take words with it that are none, and the hole would tell it. */
export function weaknessOf(secret: string): string | undefined {
  if (secret.length < shortest) return `shorter than ${shortest} characters`;
  if (common.test(secret)) return 'among the first that anybody tries';
  return isOwnWord(secret) ? "one of Lares' own words" : undefined;
}

/** Takes configured secrets out of a text, in every spelling they may travel in; but none that is weak. */
export function hideSecrets(secrets: Iterable<string>): Redactor {
  const hidden = [...new Set(secrets)].filter((secret) => weaknessOf(secret) === undefined);
  const known = [...new Set(hidden.flatMap(spellingsOf))].sort((a, b) => b.length - a.length);
  return (text) => {
    let safe = text;
    for (const spelling of known) safe = safe.replaceAll(spelling, redacted);
    return safe;
  };
}

/** Takes out the configured secrets, and everything that looks like one: for text that comes from elsewhere. `own`: what the secrets of the services look like. */
export function createRedactor(secrets: Iterable<string>, own: readonly RegExp[] = []): Redactor {
  const hide = hideSecrets(secrets);
  const redactShapes = createShapeRedactor(own);
  return (text) => redactShapes(hide(text));
}

function spellingsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const percent = encodeURIComponent(secret);
  const base64 = [Buffer.from(secret).toString('base64'), ...base64Within(secret)];
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams({ '': secret }).toString().slice(1),
    ...htmlOf(secret),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')),
  ].filter((spelling) => spelling.length >= shortest);
}

/** What a secret becomes inside of a longer text that is encoded, such as `user:secret`: it may begin at any of three places. */
function base64Within(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return text.slice([0, 2, 3][before], whole);
  });
}

const entities: readonly Readonly<Record<string, string>>[] = [
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  { '&': '&#38;', '<': '&#60;', '>': '&#62;', '"': '&#34;', "'": '&#039;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#x27;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' },
];

const htmlOf = (secret: string): string[] =>
  entities.map((names) => secret.replace(/[&<>"']/g, (sign) => names[sign] ?? sign));
