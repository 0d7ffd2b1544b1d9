/**
 * The host that a request of a workflow goes to, with its port, and nothing else of what was typed: no path, no query, no credentials.
 * Undefined where an expression makes the host, or the URL is none. In n8n a text that holds expressions begins with `=`.
 */
export function requestHost(url: unknown): string | undefined {
  if (typeof url !== 'string') return undefined;
  const [, authority] = /^=?\s*https?:\/\/([^/?#\s]+)/i.exec(url) ?? [];
  if (authority === undefined || authority.includes('{{')) return undefined;
  return authority.slice(authority.lastIndexOf('@') + 1) || undefined;
}
