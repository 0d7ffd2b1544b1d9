import { isObject, type Json } from '../base/json.ts';
import { rememberUnchanged } from './unchanged.ts';

/** What stands where a secret was. */
export const redacted = '[redacted]';

/** Gives a text back without secrets. Quick enough for every string there is: the time grows with the length, whatever is in it. */
export type Redactor = (text: string) => string;

/** What a secret is called, at the end of a name: `DB_PASSWORD`, `client_secret`, `PresharedKey`. */
const names = String.raw`(?:(?<![a-z0-9])(?:pass|pwd)|password|passwd|passphrase|secret|(?:api|access|account|auth|client|encryption|master|pre-?shared|private|shared|signing)[-_ ]?key|token|credentials?|signature|(?<![a-z0-9])psk|(?:admin|bind|db|ldap|root|user)[-_]?pw)`;

/** A quotation mark, in every spelling it travels in: JSON within JSON, HTML, a query. */
const quote = String.raw`(?:\\{0,8}["']|&quot;|&apos;|&#0?3[49];|&#x2[27];|%2[27])`;
const equals = String.raw`(?:=>|[=:]|%3[AD]|&#(?:61|58);)`;
const bare = String.raw`[^\s"'&,;}\]<\\]+`;

/** A name, and the value that it is given. */
const assignment = new RegExp(
  String.raw`(${names}${quote}?[ \t]*${equals}[ \t]*)(?:(${quote})([^\n]*?)\2|(${quote}?)(${bare}))`,
  'gi',
);

/** Values that tell nothing: an answer to a question, a mask, the name of a variable. */
const empty =
  /^(?:|yes|no|true|false|null|nil|none|undefined|on|off|set|unset|required|missing|invalid|empty|expired|[*•.…]+|x{3,}|\[redacted\]?|\$\{?\w+\}?|\{[^}]*\}?|%\w+%?|<[^>]*>?)[).!]?$/i;

/** Shapes of secrets that upstreams write into descriptions, URLs and logs. The first group, if there is one, stays. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]{0,200}:[^\s/@]{1,200}(?=@)/gi,
  /(%3A%2F%2F[^\s%/]{0,200}%3A)[^\s%]{1,200}(?=%40)/gi,
  // Headers: with the word before a token, and cookies to the end of the line.
  /(\bauthorization\\{0,8}["']?[ \t]*[:=][ \t]*\\{0,8}["']?(?:(?:basic|bearer|digest|token|apikey|negotiate)[ \t]+)?)[^\s"'\\,;]+/gi,
  /(\b(?:set-)?cookie2?\\{0,8}["']?[ \t]*[:=][ \t]*\\{0,8}["']?)[^"'\\\n]+/gi,
  /(\b(?:P(?:VE|BS|MG)AuthCookie|PHPSESSID|JSESSIONID|sessionid|connect\.sid|X-FTL-SID)\\{0,8}["']?[=:][ \t]?)[^\s"';,\\]{8,}/gi,
  /(\b(?:bearer|basic)[ \t]+)(?=[^\s]*(?:[0-9=+/]|[a-z][A-Z]))[A-Za-z0-9._~+/=-]{8,}/g,
  /(\b(?:Bearer|Basic|BEARER|BASIC)[ \t]+)(?=[^\s]*(?:[0-9=+/]|[a-z][A-Z]))[A-Za-z0-9._~+/=-]{8,}/g,
  /\bP(?:VE|BS|MG)[A-Z]{0,8}:[^\s:"'@]{1,80}@[^\s:"'!]{1,40}:[^\s"']{8,}/g,
  // Command lines.
  /((?<![\w-])--(?:[a-z0-9]+-){0,4}(?:pass|password|passwd|passphrase|secret|token|api-?key|access-key|secret-key|psk)[ \t=]+["']?)(?!-)[^\s"']+/gi,
  /(\b(?:mysql|mariadb)[\w-]{0,20}\b[^\n]{0,200}?\s-p)(?=[^\s])["']?[^\s"']+/g,
  /(\b(?:sshpass|mongo|mongosh|mongodump|ldapsearch|redis-cli)\b[^\n]{0,200}?\s-[paw][ \t]*["']?)[^\s"'-][^\s"']*/g,
  /(\b(?:curl|wget|smbclient|lftp)\b[^\n]{0,300}?\s(?:-u|-U|--user|--proxy-user)[ \t=]?["']?)[^\s"':]{1,100}[:%][^\s"']+/g,
  // What SQL and netrc say in words.
  /(\b(?:password|identified[ \t]+by)(?:[ \t]+|[ \t]*\([ \t]*)["'])[^"'\n]+/gi,
  /(\blogin[ \t]+\S{1,100}[ \t]+password[ \t]+)\S+/gi,
  // XML, also as HTML shows it.
  new RegExp(String.raw`(<[\w:.-]{0,40}?${names}(?:\s[^<>]{0,100})?>)[^<]+(?=<)`, 'gi'),
  new RegExp(String.raw`(&lt;[\w:.-]{0,40}?${names}&gt;)[^&\n]+(?=&lt;)`, 'gi'),
  // Addresses that are secrets by what stands in them.
  /([?&](?:amp;)?(?:key|sig|auth|sas|token|pw|pass)=)[^\s&"'<>#;]+/gi,
  /(\bhooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/+-]{8,}/g,
  /(\bdiscord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/)[\d]{5,25}\/[\w-]{8,}/g,
  /(\bwebhook\.office\.com\/webhookb2\/)[\w/@-]{8,}/g,
  /\bbot\d{6,12}:[\w-]{20,}|(?<![\w.])\d{8,10}:AA[\w-]{30,}/g,
  // Tokens that say what they are.
  // After a hyphen the first part is bounded: a text of nothing but beginnings would take forever.
  /(?:(?<![\w-])eyJ[\w-]{8,}|(?<=-)eyJ[\w-]{8,300})\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:gh[pousr]_|github_pat_|gl(?:pat|rt|ptt|soat|cbt)-|glsa_|xox[abeprs]-|xapp-|tskey-|npm_|pypi-|dckr_pat_|dop_v1_|shp(?:at|ss)_|hf_|whsec_|[rs]k_(?:live|test)_)[\w.-]{12,}/g,
  // Names of hosts begin like this as well, but have no capitals.
  /\bsk-(?=[\w-]{0,60}[A-Z])(?=[\w-]{0,60}\d)[\w-]{16,}/g,
  /\btk_[a-z0-9]{20,}|\bhv[sbr]\.[\w-]{10,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bya29\.[\w-]{20,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/g,
  // What passwords become.
  /\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]{0,20})\$[^\s"'<>;)]{8,}/g,
  /\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT)\}[\w+/=$.]{8,}/g,
];

/** What every shape has something of: nearly all text has none, and is looked at no further. These begin with a letter. */
const hintWords = String.raw`pass pwd secret key token credential signature psk pw cookie authorization ftl-sid sess connect\.sid bearer basic identified webhook bot\d eyJ gh[pousr]_ github_pat_ gl(?:pat|rt|ptt|soat|cbt)- glsa_ xox xapp- sk- npm_ pypi- dckr_ dop_v1_ shp(?:at|ss)_ hf_ whsec_ tk_ hv[sbr]\. SG\. ya29 AKIA ASIA AIza curl wget smbclient lftp mysql mariadb mongo ldapsearch redis-cli`;
const hintSigns =
  /\bP(?:VE|BS|MG)|:\/\/[^\s/"@]{0,200}@|%3A%2F%2F|[?&;](?:sig|auth|sas)=|\.slack\.com|:AA|[rs]k_|\$\w{1,10}\$|\$argon|\$pbkdf2|\{S?SHA|\{S?MD5|\{CRYPT/i;
const hintWord = new RegExp(byFirstLetter(hintWords.split(' ')), 'i');

/** The words as one pattern that looks at each letter of a text once, and not once for each word. */
function byFirstLetter(words: readonly string[]): string {
  const rests = new Map<string, string[]>();
  for (const word of words) {
    const first = word.slice(0, 1).toLowerCase();
    rests.set(first, [...(rests.get(first) ?? []), word.slice(1)]);
  }
  return [...rests].map(([first, endings]) => `${first}(?:${endings.join('|')})`).join('|');
}

const isHinted = (text: string): boolean => hintWord.test(text) || hintSigns.test(text);

/** What is taken out may lay bare the next: after that many looks nothing was ever found any more. */
const maxLooks = 5;

/** One for all that look for the same, so that a runtime after a reload knows what the one before has seen. */
const redactors = new Map<string, Redactor>();

/** Takes out whatever looks like a secret. `own`: what the secrets of the services look like. */
export function createShapeRedactor(own: readonly RegExp[] = []): Redactor {
  const key = own.map(String).join('\n');
  const redactor = redactors.get(key) ?? rememberUnchanged(repeatedly(own));
  redactors.set(key, redactor);
  return redactor;
}

function repeatedly(own: readonly RegExp[]): Redactor {
  const look = (text: string): string => {
    let safe = text;
    for (const shape of own) safe = safe.replace(shape, afterStart);
    if (!isHinted(safe)) return safe;
    for (const shape of shapes) safe = safe.replace(shape, keepingStart);
    return safe.replace(assignment, withoutValue);
  };
  return (text) => {
    let before = text;
    for (let looks = 0; looks < maxLooks; looks++) {
      const after = look(before);
      if (after === before) break;
      before = after;
    }
    return before;
  };
}

/** The name and the quotation marks stay, so that what was JSON still is. */
function withoutValue(
  whole: string,
  name: string,
  mark: string | undefined,
  marked: string | undefined,
  open: string | undefined,
  value: string | undefined,
  offset: number,
  text: string,
): string {
  if (empty.test(marked ?? value ?? '') || isPartOfId(text, offset)) return whole;
  return mark === undefined ? `${name}${open}${redacted}` : `${name}${mark}${redacted}${mark}`;
}

/** The names of tokens stand in ids that are sent back as they are: `UPID:…:root@pam!token:`. */
function isPartOfId(text: string, offset: number): boolean {
  let start = offset;
  while (start > 0 && offset - start < 60 && /[\w.-]/.test(text.charAt(start - 1))) start--;
  return /[!@]/.test(text.charAt(start - 1));
}

/** A token of a service is taken out whatever it says. */
const afterStart = (_: string, start: unknown): string =>
  typeof start === 'string' ? `${start}${redacted}` : redacted;

/** What was taken out already is not taken out again, and what tells nothing is left. */
function keepingStart(whole: string, start: unknown): string {
  if (typeof start !== 'string') return redacted;
  const isDone = /^[\s"'\\]*(?:\w+[ \t]+)?\[redacted\]/.test(whole.slice(start.length));
  return isDone || empty.test(whole.slice(start.length)) ? whole : `${start}${redacted}`;
}

const secretKey =
  /(?:^|[._-]|(?<=[a-z]))(?:password|passwd|passphrase|secret|(?:api|access|private|pre-?shared)[-_]?key|token|psk|authorization|cookie|ftl-sid|credentials?)$/i;

const secretNames = new Map<string, boolean>();

/** Names are the words of an API, short and few; where they are data, they are not remembered for ever. */
function isSecretName(name: string): boolean {
  const known = secretNames.get(name);
  if (known !== undefined) return known;
  const isSecret = secretKey.test(name);
  if (secretNames.size >= maxNames) secretNames.clear();
  if (name.length <= longestName) secretNames.set(name, isSecret);
  return isSecret;
}
const longestName = 64;
const maxNames = 4_096;

/** How values are redacted: what looks like a secret in each, and the whole of what stands under the name of one. */
export interface ValueRedactors {
  part: Redactor;
  whole: Redactor;
}

/** Nothing is left of what stands under the name of a secret. */
export const inFull = (part: Redactor): ValueRedactors => ({ part, whole: () => redacted });

/** The same answer with every value in it redacted. Keys stay: they are the upstream's own words. */
export function redactValues(value: Json, redactors: ValueRedactors, key = ''): Json {
  if (typeof value === 'string')
    return isSecretName(key) && !empty.test(value) ? redactors.whole(value) : redactors.part(value);
  if (Array.isArray(value)) return value.map((item: Json) => redactValues(item, redactors, key));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      typeof item === 'object' || typeof item === 'string'
        ? redactValues(item, redactors, name)
        : item,
    ]),
  );
}

/** Whether a body may hold a secret at all, as it came: escapes may hide the shape of one. */
export const mayHoldSecret = (body: string, own: readonly RegExp[]): boolean =>
  isHinted(body) || /\\[u/]/.test(body) || own.some((shape) => body.search(shape) >= 0);
