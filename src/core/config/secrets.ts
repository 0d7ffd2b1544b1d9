import type * as z from 'zod';

/** What stands where a secret was. */
export const redacted = '[redacted]';

/** Whether a configuration field was marked `.meta({ secret: true })`, also under `.optional()` or `.default()`. */
export function isSecret(field: z.core.$ZodType): boolean {
  const schema = field as z.ZodType;
  if (schema.meta()?.['secret'] === true) return true;
  const inner = (schema.def as { innerType?: z.ZodType }).innerType;
  return inner !== undefined && isSecret(inner);
}

const sensitive = String.raw`(?:(?<![a-z0-9])(?:pass|pwd)|password|passwd|passphrase|secret|(?:api|access|auth|private|encryption)[-_]?key|token|credentials?|signature)`;
const value = String.raw`(?:"[^"]*"|'[^']*'|[^\s"'&,;}\]]+)`;

/** Shapes of secrets that upstreams write into descriptions, URLs and logs. */
const shapes: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  [/(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]{0,200}:[^\s/@]{1,200}@/gi, `$1${redacted}@`],
  [/\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}/gi, `$1 ${redacted}`],
  [
    new RegExp(String.raw`(${sensitive}"?[ \t]*[=:](?![ \t]*\[redacted\])[ \t]*)${value}`, 'gi'),
    `$1${redacted}`,
  ],
  // After a hyphen the first part is bounded: a text of nothing but beginnings would take forever.
  [/(?:(?<![\w-])eyJ[\w-]{8,}|(?<=-)eyJ[\w-]{8,300})\.[\w-]{8,}\.[\w-]*/g, redacted],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abpr]-|sk-)[\w.-]{12,}/g, redacted],
];

/** Gives a text back without secrets. Quick enough for every string that leaves: the time grows with the length, whatever is in it. */
export type Redactor = (text: string) => string;

/** Takes every configured secret, in any spelling it may travel in, and everything that looks like one, out of a text. `own`: what the secrets of the services look like. Secrets of less than four characters are left: they would take half the text with them. */
export function createRedactor(secrets: Iterable<string>, own: readonly RegExp[] = []): Redactor {
  const looksLike = [...own.map((shape) => [shape, redacted] as const), ...shapes];
  const spellings = [...new Set(secrets)]
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      JSON.stringify(secret).slice(1, -1),
    ]);
  const known = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  return (text) => {
    let safe = text;
    for (const secret of known) safe = safe.replaceAll(secret, redacted);
    for (const [shape, replacement] of looksLike) safe = safe.replace(shape, replacement);
    return safe;
  };
}
