import { expect, it } from 'vitest';
import { emit, type CallEvent, type UpstreamEvent } from '../core/base/telemetry.ts';
import { createRedactor } from '../core/config/secrets.ts';
import { debugLog, isLogged } from './debug-log.ts';

const canary = 'canary-7c1f5e21-secret';

function linesOf(level: Parameters<typeof debugLog>[0], work: () => void): string[] {
  const lines: string[] = [];
  const stop = debugLog(level, createRedactor([canary]), (line) => lines.push(line));
  try {
    work();
  } finally {
    stop();
  }
  return lines;
}

function oneOfEach(path: string): void {
  const request: UpstreamEvent = {
    prefix: 'PIHOLE_DNS1',
    instance: 'dns1',
    method: 'GET',
    path,
    status: 200,
    ms: 41.4,
    retries: 1,
    shared: true,
  };
  emit('upstream', request);
  const silent: UpstreamEvent = {
    prefix: 'PROXMOX',
    instance: 'default',
    method: 'POST',
    path: '/nodes',
    status: 0,
    ms: 3_000,
    retries: 0,
    shared: false,
  };
  emit('upstream', silent);
  const call: CallEvent = { tool: 'list_things', caller: 'a client', outcome: 'ok', ms: 52.3 };
  emit('call', call);
  emit('journal', { tool: 'restart_thing', event: 'started' });
}

it('says on one line each what was called, what was asked upstream and what the journal holds', () => {
  expect(linesOf('debug', () => oneOfEach('/api/dns'))).toEqual([
    'lares: debug upstream pihole/dns1 GET /api/dns 200 41 ms 1 retried shared\n',
    'lares: debug upstream proxmox/default POST /nodes no answer 3000 ms\n',
    'lares: debug call list_things by a client ok 52 ms\n',
    'lares: debug journal restart_thing started\n',
  ]);
});

it.each([canary, encodeURIComponent(canary), Buffer.from(canary).toString('base64')])(
  'never holds a secret, spelled %s',
  (spelling) => {
    const [line = ''] = linesOf('debug', () => oneOfEach(`/nodes/${spelling}/status`));
    expect(line).toMatch(/^lares: debug upstream pihole\/dns1 GET \/nodes\/\S+\/status 200/);
    expect(line).not.toContain(spelling);
  },
);

it('cannot be made to write a second line, or to move the cursor', () => {
  const [line = ''] = linesOf('debug', () => oneOfEach('/a\nlares: debug call\u001b[2K/b'));
  expect(line).toMatch(/^[\x20-\x7e]+\n$/);
});

it.each(['info', 'warn', 'error', 'silent'] as const)('at %s says nothing', (level) => {
  expect(linesOf(level, () => oneOfEach('/api/dns'))).toEqual([]);
});

it('hears nothing more once it was stopped', () => {
  const lines = linesOf('debug', () => undefined);
  oneOfEach('/api/dns');
  expect(lines).toEqual([]);
});

it('writes what is as severe as the level or more', () => {
  const severities = ['error', 'warn', 'info', 'debug'] as const;
  expect(severities.filter((severity) => isLogged(severity, 'warn'))).toEqual(['error', 'warn']);
  expect(severities.filter((severity) => isLogged(severity, 'silent'))).toEqual([]);
});
