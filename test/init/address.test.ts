import { describe, expect, it } from 'vitest';
import { isLoopback, originsFor } from '../../src/cli/init/address.ts';

const ports = [
  { port: 9000, scheme: 'http' as const },
  { port: 443, scheme: 'https' as const },
];
const at = (address: string): string[] =>
  originsFor(address, ports).map(({ url, paths }) => [url, ...paths].join(' '));

describe('an address as people have it', () => {
  it.each<[string, string[]]>([
    ['logs', ['http://logs:9000 ', 'https://logs ']],
    [
      '  logs.lab.example.net. ',
      ['http://logs.lab.example.net.:9000 ', 'https://logs.lab.example.net. '],
    ],
    ['logs:9000', ['http://logs:9000 ', 'https://logs:9000 ']],
    ['logs:9443', ['https://logs:9443 ', 'http://logs:9443 ']],
    ['logs:80', ['https://logs:80 ', 'http://logs ']],
    ['10.0.20.9', ['http://10.0.20.9:9000 ', 'https://10.0.20.9 ']],
    ['fd00::9', ['http://[fd00::9]:9000 ', 'https://[fd00::9] ']],
    ['[fd00::9]:9443', ['https://[fd00::9]:9443 ', 'http://[fd00::9]:9443 ']],
    ['HTTP://Logs/', ['http://logs ']],
    ['https://logs:80', ['https://logs:80 ']],
    ['http://logs:443/', ['http://logs:443 ']],
    ['https://logs:8006/#v1:0:18:4:::', ['https://logs:8006 ']],
    ['"https://logs/a?next=/"', ['https://logs /a ']],
    ['https://logs/a/b/c/d', ['https://logs /a/b/c /a/b /a ']],
    ['logs/a', ['http://logs:9000 /a ', 'https://logs /a ']],
    ['unix:///run/caddy/admin.sock', ['unix:///run/caddy/admin.sock ']],
  ])('%j', (address, origins) => {
    expect(at(address)).toEqual(origins);
  });

  it.each<[string, RegExp]>([
    ['', /is missing/],
    ['   ', /is missing/],
    ['a b', /is no address/],
    ['logs:99999', /is no address/],
    ['http://', /is no address/],
    ['ssh://logs', /ssh:\/\/ is not how/],
    ['unix://run/x', /unix:\/\/\/path/],
    ['https://lares:hunter2hunter2@logs', /holds credentials/],
    ['${LOGS_URL}', /was not filled in/],
    ['http://\u0007', /cannot be part|is no address/],
  ])('%j is refused, in words, and a password in it is not repeated', (address, words) => {
    expect(() => at(address)).toThrow(words);
    expect(() => at(address)).not.toThrow(/hunter2/);
  });
});

it.each([
  ['http://127.0.0.1:9000', true],
  ['http://localhost', true],
  ['http://[::1]:9000', true],
  ['unix:///run/x.sock', true],
  ['http://127.example.net', false],
  ['http://127.0.0.1.example.net', false],
  ['http://10.0.0.1', false],
  ['http://localhost.example.net', false],
])('%s is this machine: %s', (url, isOwn) => {
  expect(isLoopback(url)).toBe(isOwn);
});
