import { describe, expect, onTestFinished, test } from 'vitest';
import { lab } from '../../../test/harness.ts';
import { configureService } from '../../core/config/env.ts';
import { createWorld } from '../../demo/world/index.ts';
import { fakeNetbox, token, type Knobs } from './fake/index.ts';
import { netbox as service } from './index.ts';
import { describeError, permissionFor } from './describe-error.ts';

const v1 = '0123456789abcdef0123456789abcdef01234567';
const v2 = 'nbt_A1b2C3d4E5f6.Zy9Xw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0Fe';

async function refusal(
  knobs: Partial<Knobs>,
  env: Record<string, string> = {},
  tool = 'netbox_search',
  args: Record<string, unknown> = { query: 'n8n' },
): Promise<string> {
  const world = createWorld();
  const fake = await fakeNetbox(world, knobs);
  onTestFinished(() => fake.close());
  const { call } = await lab({ only: [], world, env: { ...fake.env, ...env } });
  const { isError, text } = await call(tool, args);
  expect(isError).toBe(true);
  return text;
}

describe('one 403 means many things', () => {
  test.each([
    [
      'a wrong v2 token',
      { tokens: [token(v2)] },
      { NETBOX_TOKEN: 'nbt_A1b2C3d4E5f6.wrong' },
      /403 Invalid v2 token.*does not know this token/,
    ],
    [
      'a wrong v1 token',
      { tokens: [token(v1)] },
      { NETBOX_TOKEN: v1.replace('0', '1') },
      /403 Invalid v1 token.*does not know this token/,
    ],
    [
      'a wrong token on an old NetBox',
      { tokens: [token(v1)], version: '4.2.9' },
      { NETBOX_TOKEN: v1.replace('0', '1') },
      /403 Invalid token\..*does not know this token/,
    ],
    [
      'an expired token',
      { tokens: [{ ...token(v1), expired: true }] },
      {},
      /403 Token expired.*has expired/,
    ],
    [
      'a disabled token',
      { tokens: [{ ...token(v2), enabled: false }] },
      {},
      /403 Token disabled.*Enable it/,
    ],
    [
      'a token for other addresses',
      { tokens: [{ ...token(v2), allowedIp: '10.9.9.9' }] },
      {},
      /403 Source IP 127\.0\.0\.1.*allowed IPs/,
    ],
    [
      'a v2 token on a NetBox that ignores bearer tokens',
      { tokens: [token(v1)], version: '4.4.10' },
      { NETBOX_TOKEN: v2 },
      /403 Authentication credentials were not provided.*NetBox 4\.4 saw no token.*make a v1 token/,
    ],
    [
      'a v2 token on a NetBox that does not tell its version either',
      { tokens: [token(v1)], version: '4.2.9' },
      { NETBOX_TOKEN: v2 },
      /403 Authentication credentials were not provided.*before 4\.5, which does not know v2 tokens: make a v1 token/,
    ],
    [
      'no permission on anything',
      { tokens: [{ ...token(v2), view: [] }] },
      {},
      /403 You do not have permission.*action "view" on dcim\.device/,
    ],
  ])('%s', async (_, knobs, env, said) => {
    expect(await refusal(knobs, env)).toMatch(said);
  });

  test('a proxy that drops the header looks like no token at all', () => {
    const said = describeError({
      status: 403,
      reason: 'Forbidden',
      text: '{"detail":"Authentication credentials were not provided."}',
      headers: {},
      method: 'GET',
      target: '/status/',
    });
    expect(said).toEqual({
      reason: 'Authentication credentials were not provided',
      hint: expect.stringContaining('A proxy in front drops the Authorization header'),
    });
  });

  test('object types are named as the permission form names them', () => {
    expect(
      [
        '/dcim/devices/?q=x',
        '/virtualization/virtual-machines/',
        '/ipam/ip-addresses/',
        '/ipam/prefixes/',
        '/ipam/vlans/',
        '/dcim/sites/',
      ].map(permissionFor),
    ).toEqual([
      'dcim.device',
      'virtualization.virtualmachine',
      'ipam.ipaddress',
      'ipam.prefix',
      'ipam.vlan',
      'dcim.site',
    ]);
  });
});

describe('other refusals', () => {
  test.each([
    ['the base URL is wrong', 404, 'BASE_PATH'],
    ['a host name that it does not serve', 400, 'ALLOWED_HOSTS'],
  ])('a page instead of the API: %s', (_, status, hint) => {
    const said = describeError({
      status,
      reason: 'Not Found',
      text: '<!DOCTYPE html><html></html>',
      headers: {},
      method: 'GET',
      target: '/dcim/devices/',
    });
    expect(said).toMatchObject({ hint: expect.stringContaining(hint), front: true });
  });

  test('a fault inside NetBox is told as one', async () => {
    const world = createWorld();
    const { call, server } = await lab({ only: ['netbox'], world });
    server('netbox').inject({
      status: 500,
      headers: { 'content-type': 'application/json' },
      body: '{"error":"division by zero","exception":"ZeroDivisionError","netbox_version":"4.6.8","python_version":"3.12.3"}',
    });
    expect(await call('netbox_list_ips')).toMatchObject({
      isError: true,
      text: expect.stringMatching(/500 ZeroDivisionError: division by zero.*fault inside NetBox/),
    });
  });

  test.each([
    ['wrong-shape', 'results'],
    ['garbage', 'is not JSON'],
  ] as const)('%s is never an empty list', async (fault, said) => {
    const { call, server } = await lab({ only: ['netbox'] });
    server('netbox').inject(fault);
    const { isError, text } = await call('netbox_list_ips');
    expect([isError, text.includes('GET /ipam/ip-addresses/')]).toEqual([true, true]);
    expect(text).toMatch(fault === 'wrong-shape' ? /expected object/ : new RegExp(said));
  });

  test('a NetBox that is gone is unreachable, and the verdict says so', async () => {
    const { call, world } = await lab({ only: ['netbox'] });
    world.guest('netbox').status = 'stopped';
    expect((await call('service_health', { service: 'netbox' })).data).toMatchObject({
      overall: 'unknown',
      services: [{ service: 'netbox', state: 'unreachable' }],
    });
  });
});

describe('configuration', () => {
  const headers = (env: Record<string, string>): unknown => {
    const { state, targets, problems } = configureService(service, {
      NETBOX_URL: 'https://netbox.example.net/netbox/api/',
      ...env,
    });
    return state === 'on'
      ? [targets.get('default')?.baseUrl, targets.get('default')?.headers?.['authorization']]
      : problems;
  };

  test.each([
    [v1, `Token ${v1}`],
    [`Token ${v1}`, `Token ${v1}`],
    [v2, `Bearer ${v2}`],
    [`Bearer ${v2}`, `Bearer ${v2}`],
    [`bearer ${v1}`, `Token ${v1}`],
  ])('the scheme follows from the form of the token: %s', (given, sent) => {
    expect(headers({ NETBOX_TOKEN: given })).toEqual([
      'https://netbox.example.net/netbox/api',
      sent,
    ]);
  });

  test('half a pair, half a token or another scheme is invalid and says which', () => {
    expect(headers({})).toEqual(['NETBOX_TOKEN is missing']);
    expect(headers({ NETBOX_TOKEN: 'nbt_A1b2C3d4E5f6' })).toEqual([
      expect.stringContaining('NETBOX_TOKEN must be one token'),
    ]);
    expect(headers({ NETBOX_TOKEN: v1, NETBOX_URL: 'ftp://netbox' })).toEqual([
      'NETBOX_URL: must be an http or https URL',
    ]);
  });

  test('the token is never shown, not even when NetBox repeats it', async () => {
    const { call, server } = await lab({ only: ['netbox'], env: { NETBOX_TOKEN: v1 } });
    server('netbox').inject({
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ detail: `Invalid v1 token ${v1}` }),
    });
    const { text } = await call('netbox_list_ips');
    expect(text).toContain('Invalid v1 token [redacted]');
  });
});
