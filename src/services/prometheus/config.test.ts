import { expect, it } from 'vitest';
import { configureService } from '../../core/config/env.ts';
import { prometheus } from './index.ts';

const url = 'http://prometheus.lab.example.net:9090/prometheus/';
const read = (env: Record<string, string>) => configureService(prometheus, env);
const target = (env: Record<string, string>) =>
  read({ PROMETHEUS_URL: url, ...env }).targets.get('default');

it('is off without variables, on with an address, and keeps the path prefix', () => {
  expect(read({}).state).toBe('off');
  expect(target({})).toMatchObject({ baseUrl: url, headers: {} });
});

it('sends what it is given: basic auth, a token, a tenant', () => {
  expect(target({ PROMETHEUS_USERNAME: 'me', PROMETHEUS_PASSWORD: 'päss' })?.headers).toEqual({
    authorization: `Basic ${Buffer.from('me:päss').toString('base64')}`,
  });
  expect(target({ PROMETHEUS_BEARER_TOKEN: 'abc', PROMETHEUS_ORG_ID: 'home' })?.headers).toEqual({
    authorization: 'Bearer abc',
    'x-scope-orgid': 'home',
  });
});

it('gives Alertmanager its own credentials, or none', () => {
  const shared = {
    PROMETHEUS_USERNAME: 'me',
    PROMETHEUS_PASSWORD: 'secret',
    PROMETHEUS_ALERTMANAGER_URL: 'http://am:9093',
  };
  expect(target(shared)?.also?.['alertmanager']).toEqual({
    baseUrl: 'http://am:9093',
    headers: {},
  });
  expect(
    target({ ...shared, PROMETHEUS_ALERTMANAGER_BEARER_TOKEN: 'xyz' })?.also?.['alertmanager']
      ?.headers,
  ).toEqual({ authorization: 'Bearer xyz' });
});

it.each([
  [{ PROMETHEUS_USERNAME: 'me' }, 'PROMETHEUS_PASSWORD is missing'],
  [{ PROMETHEUS_PASSWORD: 'secret' }, 'PROMETHEUS_USERNAME is missing'],
  [
    { PROMETHEUS_USERNAME: 'me', PROMETHEUS_PASSWORD: 'secret', PROMETHEUS_BEARER_TOKEN: 'abc' },
    'PROMETHEUS_BEARER_TOKEN is set beside a username or password, and only one of the two can be sent',
  ],
  [{ PROMETHEUS_ALERTMANAGER_BEARER_TOKEN: 'abc' }, 'PROMETHEUS_ALERTMANAGER_URL is missing'],
  [
    { PROMETHEUS_ALERTMANAGER_URL: 'http://am:9093', PROMETHEUS_ALERTMANAGER_USERNAME: 'me' },
    'PROMETHEUS_ALERTMANAGER_PASSWORD is missing',
  ],
  [
    { PROMETHEUS_URL: 'http://me:hunter2@prometheus:9090' },
    'PROMETHEUS_URL: must not hold credentials, which have variables of their own',
  ],
  [{ PROMETHEUS_URL: 'prometheus:9090' }, 'PROMETHEUS_URL: must be an http or https URL'],
  [{ PROMETHEUS_TARGET_DOWN_MINUTES: 'soon' }, 'PROMETHEUS_TARGET_DOWN_MINUTES: '],
])('%j is invalid, and says why', (env, why) => {
  const { state, problems } = read({ PROMETHEUS_URL: url, ...env });
  expect(state).toBe('invalid');
  expect(problems.join('\n')).toContain(why);
  expect(problems.join('\n')).not.toContain('hunter2');
});

it('keeps every credential out of what it says', () => {
  const { secrets } = read({
    PROMETHEUS_URL: url,
    PROMETHEUS_USERNAME: 'me',
    PROMETHEUS_PASSWORD: 'one',
    PROMETHEUS_ALERTMANAGER_URL: 'http://am',
    PROMETHEUS_ALERTMANAGER_BEARER_TOKEN: 'two',
  });
  expect(secrets).toEqual(['one', 'two']);
});
