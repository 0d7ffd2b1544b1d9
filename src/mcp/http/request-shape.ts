import type { IncomingMessage } from 'node:http';

const single = [
  'host',
  'authorization',
  'content-length',
  'content-type',
  'mcp-session-id',
  'origin',
  'transfer-encoding',
];
const secretive = /^(access_?token|token|bearer|authorization|api_?key|key|password|secret)$/i;

/** Why a request is not even looked at; undefined: its shape is fine. What two readers could understand differently is refused, not guessed. */
export function malformedRequest({
  url = '',
  rawHeaders,
  headers,
}: Pick<IncomingMessage, 'url' | 'rawHeaders' | 'headers'>): string | undefined {
  if (!url.startsWith('/') || url.startsWith('//')) return 'the request target must be a path';
  const names = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  const twice = single.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) return `the header ${twice} is there twice`;
  if (headers['content-length'] !== undefined && headers['transfer-encoding'] !== undefined)
    return 'content-length and transfer-encoding contradict each other';
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
    return 'compressed requests are not accepted';
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  if ([...query].some(([name, value]) => secretive.test(name) || value.startsWith('lares_')))
    return 'a token does not belong into a URL, where logs keep it: send it as a header, and revoke the one that was sent';
  return undefined;
}
