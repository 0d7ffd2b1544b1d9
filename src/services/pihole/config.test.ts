import { describe, expect, test } from 'vitest';
import { configureService } from '../../core/config/env.ts';
import { pihole } from './index.ts';
import type { Settings } from './settings.ts';

const settingsOf = (env: Record<string, string>): Settings =>
  [...configureService(pihole, env).targets.values()][0]?.settings as Settings;
const baseUrl = (url: string): string | undefined =>
  [...configureService(pihole, { PIHOLE_URL: url }).targets.values()][0]?.baseUrl;

describe('configuration', () => {
  test.each([
    ['http://10.0.0.2'],
    ['http://10.0.0.2/'],
    ['http://10.0.0.2/admin'],
    ['http://10.0.0.2/admin/'],
    ['http://10.0.0.2/api/'],
  ])('%s leads to the API', (url) => {
    expect(baseUrl(url)).toBe('http://10.0.0.2/api');
  });

  test('a path prefix is kept', () => {
    expect(baseUrl('https://proxy.lan/dns/admin')).toBe('https://proxy.lan/dns/api');
  });

  test('the resolver is at the host of the URL, port 53, unless said otherwise', () => {
    expect(settingsOf({ PIHOLE_URL: 'http://[fd00::2]:8080' }).resolver).toEqual({
      host: 'fd00::2',
      port: 53,
      timeoutMs: 2_000,
    });
    expect(
      settingsOf({
        PIHOLE_URL: 'https://proxy.lan',
        PIHOLE_DNS_HOST: '10.0.0.2',
        PIHOLE_DNS_PORT: '5353',
      }).resolver,
    ).toMatchObject({ host: '10.0.0.2', port: 5353 });
  });

  test('a pair has names of its own, and shares the VIP', () => {
    const { state, targets, warnings } = configureService(pihole, {
      PIHOLE_DNS1_URL: 'http://10.0.0.2',
      PIHOLE_DNS2_URL: 'http://10.0.0.3',
      PIHOLE_DNS2_DNS_PORT: '54',
      PIHOLE_PASSWORD: 'shared-password',
      PIHOLE_VIP: '10.0.0.53',
    });
    expect([state, warnings, [...targets.keys()]]).toEqual(['on', [], ['dns1', 'dns2']]);
    expect(
      [...targets.values()].map(({ settings, credentials }) => [
        (settings as Settings).vip,
        (settings as Settings).resolver.port,
        credentials,
      ]),
    ).toEqual([
      ['10.0.0.53', 53, { password: 'shared-password' }],
      ['10.0.0.53', 54, { password: 'shared-password' }],
    ]);
  });

  test.each([
    [{ PIHOLE_URL: 'http://10.0.0.53', PIHOLE_VIP: '10.0.0.53' }, /PIHOLE_URL: is the VIP/],
    [{ PIHOLE_URL: 'http://user:secret@10.0.0.2' }, /PIHOLE_URL: must not hold credentials/],
    [{ PIHOLE_URL: 'pi.hole' }, /PIHOLE_URL: must be an http or https URL/],
    [{ PIHOLE_PASSWORD: 'half' }, /PIHOLE_URL is missing/],
    [{ PIHOLE_URL: 'http://10.0.0.2', PIHOLE_VIP: 'dns.lan' }, /PIHOLE_VIP/],
  ])('%j is invalid and says why', (env, why) => {
    const { state, problems } = configureService(pihole, env);
    expect(state).toBe('invalid');
    expect(problems.join('\n')).toMatch(why);
    expect(problems.join('\n')).not.toContain('secret@');
  });
});
