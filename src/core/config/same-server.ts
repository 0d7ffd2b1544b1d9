import type { Target } from '../http/endpoint.ts';

/** Two instances that ask one server count everything twice and compare it with itself: whoever copied the lines meant two. A sentence for each such pair; `variables`: where the address of an instance stands. */
export function sameServers(
  targets: ReadonlyMap<string, Target>,
  variables: ReadonlyMap<string, string>,
  secrets: readonly string[],
): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const [name, target] of targets) {
    const server = serverOf(target, secrets);
    const other = seen.get(server);
    if (other === undefined) {
      seen.set(server, name);
      continue;
    }
    const [first, second] = [variables.get(other), variables.get(name)];
    problems.push(
      first === second
        ? `${first} holds for ${other} and ${name}: both are the same server`
        : `${first} and ${second} are the same address: both are the same server`,
    );
  }
  return problems;
}

/** Where an instance is and what it asks for there: a tenant or a host name in a header makes it another one, other credentials do not. */
function serverOf({ baseUrl, headers = {} }: Target, secrets: readonly string[]): string {
  const url = new URL(baseUrl);
  const host = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
    ? 'localhost'
    : url.hostname.replace(/\.$/, '');
  const asking = Object.entries(headers)
    .filter(
      ([name, value]) =>
        name.toLowerCase() !== 'authorization' && !secrets.some((secret) => value.includes(secret)),
    )
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .sort();
  return [url.protocol, host, url.port, url.pathname.replace(/\/+$/, ''), ...asking].join('\n');
}
