import { isIP } from 'node:net';
import { InputError } from '../../core/base/errors.ts';
import { readRawValue } from '../../core/config/raw-value.ts';
import type { Setup } from '../../core/setup.ts';

/** A server to look at, and the paths below which the product may be, the longest first. */
export interface Origin {
  /** `https://pve1:8006`, or `unix:///run/caddy/admin.sock`; no slash at its end. */
  url: string;
  paths: readonly string[];
}

/** Where an address as people have it may lead: a host, a host and a port, or the URL of a page. Throws an InputError that says what is wrong with it. */
export function originsFor(text: string, ports: Setup['ports']): Origin[] {
  const raw = readRawValue(text, 'url', 'The address');
  if (raw.problem !== undefined) throw new InputError(`The address ${raw.problem}`);
  const address = raw.value;
  if (address === '') throw new InputError('An address is missing', { hint: examples });
  if (address.startsWith('unix:')) return [socketAt(address)];
  const [, scheme, rest = address] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(address) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme))
    throw new InputError(`${scheme}:// is not how a service is reached`, { hint: examples });
  const url = parsed(rest);
  const paths = pathsAbove(url.pathname);
  const port = portIn(rest);
  const origin = (kind: string, at = port): Origin => ({
    url: urlOf(kind, url.hostname, at),
    paths,
  });
  if (scheme !== undefined) return [origin(scheme.toLowerCase())];
  if (port === undefined) return ports.map((usual) => origin(usual.scheme, usual.port));
  const first = ports.find((usual) => usual.port === port)?.scheme ?? 'https';
  return [origin(first), origin(first === 'http' ? 'https' : 'http')];
}

const examples =
  'Give a host, host:port, or the URL of its web page: https://pve1.example.net:8006';

function socketAt(address: string): Origin {
  if (!/^unix:\/\/\/\S+$/.test(address))
    throw new InputError('A socket is written unix:///path/to/it.sock');
  return { url: address, paths: [''] };
}

/** Everything behind the scheme. */
function parsed(rest: string): URL {
  const host = isIP(rest) === 6 ? `[${rest}]` : rest;
  if (/\s/.test(host) || !URL.canParse(`http://${host}`))
    throw new InputError(`${JSON.stringify(rest.slice(0, 80))} is no address`, { hint: examples });
  const url = new URL(`http://${host}`);
  if (url.username !== '' || url.password !== '')
    throw new InputError('The address holds credentials, and you typed them where they show', {
      hint: 'Give it without them: they are asked for without echo once it is known what answers.',
    });
  return url;
}

/** The port that was written; also the one that URL leaves out because it is the default. */
function portIn(rest: string): number | undefined {
  const authority = rest.replace(/\/.*$/s, '');
  if (isIP(authority) === 6) return undefined;
  const port = /:(\d+)$/.exec(authority)?.[1];
  return port === undefined ? undefined : Number(port);
}

function urlOf(scheme: string, hostname: string, port: number | undefined): string {
  const usual = scheme === 'https' ? 443 : 80;
  return `${scheme}://${hostname}${port === undefined || port === usual ? '' : `:${port}`}`;
}

/** `/graylog/search` may be a page of something at `/graylog/search`, `/graylog` or the root. */
export function pathsAbove(pathname: string): string[] {
  const segments = pathname.split('/').filter(Boolean).slice(0, maxSegments);
  return [...segments.keys(), segments.length]
    .map((count) =>
      segments
        .slice(0, count)
        .map((segment) => `/${segment}`)
        .join(''),
    )
    .reverse();
}
const maxSegments = 3;

/** Whether nobody else can listen on the way: a name or an address of this machine, or a socket. */
export function isLoopback(url: string): boolean {
  if (url.startsWith('unix:')) return true;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    /^127(?:\.\d+){3}$/.test(host)
  );
}
