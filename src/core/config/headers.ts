/** Headers for a proxy in front of a service, by their names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** What belongs to the connection or to the message, and is made by whoever sends it. */
const ofTheConnection = new Set([
  'host',
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'accept',
  'accept-encoding',
]);

/** Reads `Name: value`, one a line; `\n` as two letters ends a line too, for where no other end can be written. Problems are the rest of a sentence, and quote no value. */
export function parseHeaders(text: string): { headers: Headers } | { problem: string } {
  const headers: Record<string, string> = {};
  for (const line of text.split(/\r?\n|\\n(?=\s*[\w-]+\s*:)/)) {
    if (line.trim() === '') continue;
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*(\S.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      return { problem: 'must be headers like "Name: value", one a line' };
    const key = name.toLowerCase();
    if (ofTheConnection.has(key) || key.startsWith('content-'))
      return { problem: `cannot set ${name}: it belongs to the connection` };
    if (/[^\t\x20-\x7e]/.test(value))
      return { problem: `holds a character in ${name} that no header can carry` };
    headers[key] = value;
  }
  return { headers };
}

/** Which of the headers a service sends itself, where it matters who is logged in. */
export const ownHeader = (headers: Headers, own: Headers = {}): string | undefined =>
  Object.keys(own)
    .map((name) => name.toLowerCase())
    .find((name) => name in headers);

/** What of a header is secret: the whole value, and what stands behind the scheme in it. */
export function secretsOf(headers: Headers): string[] {
  return Object.values(headers).flatMap((value) => {
    const credentials = /^(?:basic|bearer|token)\s+(\S+)$/i.exec(value)?.[1];
    return credentials === undefined ? [value] : [value, credentials];
  });
}
