import { expect, it } from 'vitest';
import { lab } from '../../../test/harness.ts';
import type { FakePrometheus } from './fake/index.ts';

it.each([
  [
    { PROMETHEUS_PASSWORD: 'wrong' },
    'PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD were refused',
    'Set PROMETHEUS_USERNAME',
  ],
  [
    {
      PROMETHEUS_USERNAME: undefined,
      PROMETHEUS_PASSWORD: undefined,
      PROMETHEUS_BEARER_TOKEN: 'abc-def',
    },
    'PROMETHEUS_BEARER_TOKEN was refused',
    'Set PROMETHEUS_USERNAME',
  ],
  [
    { PROMETHEUS_USERNAME: undefined, PROMETHEUS_PASSWORD: undefined },
    'Set PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD',
    'refused',
  ],
])('a refusal is about the credentials that were sent: %j', async (env, hint, wrong) => {
  const { call } = await lab({ only: ['prometheus'], env });
  const { text } = await call('prom_query', { query: 'up' });
  expect(text).toContain(hint);
  expect(text).not.toContain(wrong);
});

it('a refusal of Alertmanager is about its own', async () => {
  const homelab = await lab({ only: ['prometheus'] });
  (homelab.fake('prometheus') as FakePrometheus).knobs.alertmanagerAuth = {
    username: 'a',
    password: 'b',
  };
  expect((await homelab.call('prom_alerts')).text).toContain(
    'Set PROMETHEUS_ALERTMANAGER_USERNAME and PROMETHEUS_ALERTMANAGER_PASSWORD',
  );
});

it('http sent to a TLS port names the scheme', async () => {
  const { call, server } = await lab({ only: ['prometheus'] });
  server('prometheus').inject({
    status: 400,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'Client sent an HTTP request to an HTTPS server.\n',
  });
  expect((await call('prom_query', { query: 'up' })).text).toMatch(
    /wants https\. Write https:\/\/ in PROMETHEUS_URL/,
  );
});

it('a path prefix that is wrong leads elsewhere, and says nothing of Prometheus', async () => {
  const homelab = await lab({ only: ['prometheus'] });
  (homelab.fake('prometheus') as FakePrometheus).knobs.prefix = '/prom';
  const { data, text } = await homelab.call('service_health', { service: 'prometheus' });
  expect([data.services[0].state, data.overall]).toEqual(['unreachable', 'unknown']);
  expect(text).toContain('the URL lacks its path prefix');
});
