import { generateKeyPairSync } from 'node:crypto';
import {
  exportJWK,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWTPayload,
  type KeyObject,
} from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { json, loopback } from '../../src/demo/loopback.ts';
import { httpLab, post, type HttpLab } from './http-lab.ts';

/** An identity provider on loopback: discovery, keys, and whatever token a test wants signed. */
async function provider(): Promise<{
  url: string;
  sign(
    claims: JWTPayload,
    options?: { key?: KeyObject | CryptoKey; kid?: string; alg?: string; lifetime?: string },
  ): Promise<string>;
  rotate(): void;
  close(): Promise<void>;
}> {
  let pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let kid = 'one';
  const server = await loopback(async ({ path }) => {
    if (path === '/.well-known/openid-configuration')
      return json({ issuer: server.url, jwks_uri: `${server.url}/keys` });
    return json({
      keys: [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' }],
    });
  });
  onTestFinished(() => server.close());
  return {
    url: server.url,
    sign: (
      claims,
      { key = pair.privateKey, alg = 'RS256', kid: named = kid, lifetime = '5m' } = {},
    ) =>
      new SignJWT({ sub: 'alice', ...claims })
        .setProtectedHeader({ alg, kid: named })
        .setIssuer(claims.iss ?? server.url)
        .setAudience(claims.aud ?? 'lares')
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(key),
    rotate() {
      pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
      kid = 'two';
    },
    close: () => server.close(),
  };
}

async function oidcLab(
  env: Record<string, string> = {},
): Promise<{ lab: HttpLab & { first: string }; idp: Awaited<ReturnType<typeof provider>> }> {
  const idp = await provider();
  return {
    idp,
    lab: await httpLab({
      locked: false,
      env: { LARES_OIDC_ISSUER: idp.url, LARES_OIDC_AUDIENCE: 'lares', ...env },
    }),
  };
}
const statusOf = async (lab: HttpLab, token: string): Promise<number> =>
  (await lab.fetch('/mcp', post(token))).status;
const writesOffered = async (lab: HttpLab, token: string): Promise<boolean> =>
  (await (await lab.connect(token, '2026-07-28')).listTools()).tools.some(
    ({ name }) => name === 'guest_restart',
  );

describe('tokens of an identity provider', () => {
  it('let in who they name; scopes and groups say what they may do; the journal has the subject', async () => {
    const { lab, idp } = await oidcLab({ LARES_OIDC_WRITE: 'lares:write,homelab-admins' });
    expect(await writesOffered(lab, await idp.sign({ scope: 'openid profile' }))).toBe(false);
    expect(await writesOffered(lab, await idp.sign({ scope: 'openid lares:write' }))).toBe(true);
    expect(await writesOffered(lab, await idp.sign({ groups: ['family', 'homelab-admins'] }))).toBe(
      true,
    );
    const narrow = await lab.connect(
      await idp.sign({ scope: 'lares:write lares:service:pihole' }),
      '2025-11-25',
    );
    const tools = (await narrow.listTools()).tools.map(({ name }) => name);
    expect([tools.includes('dns_add_record'), tools.includes('guest_restart')]).toEqual([
      true,
      false,
    ]);
    await lab.call(narrow)('dns_add_record', { domain: 'x.home.arpa', ip: '10.0.0.9' });
    expect(lab.house().journal.read().entries.at(-1)?.['caller']).toBe('oidc:alice');
  });

  it('that are not genuine, not for Lares, or not valid now let nobody in', async () => {
    const { lab, idp } = await oidcLab();
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged: Record<string, string> = {
      'another key': await idp.sign({}, { key: other.privateKey }),
      'another audience': await idp.sign({ aud: 'grafana' }),
      'another issuer': await idp.sign({ iss: 'https://evil.example' }),
      over: await idp.sign({}, { lifetime: '-1m' }),
      'not yet': await idp.sign({ nbf: Math.floor(Date.now() / 1000) + 600 }),
      unsigned: new UnsecuredJWT({ sub: 'alice', scope: 'lares:write' })
        .setIssuer(idp.url)
        .setAudience('lares')
        .setExpirationTime('5m')
        .encode(),
      'signed with the public key as a secret': await new SignJWT({ sub: 'alice' })
        .setProtectedHeader({ alg: 'HS256', kid: 'one' })
        .setIssuer(idp.url)
        .setAudience('lares')
        .setExpirationTime('5m')
        .sign(Buffer.from('x'.repeat(64))),
      'no end': await new SignJWT({ sub: 'alice' })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(idp.url)
        .setAudience('lares')
        .sign(other.privateKey),
      changed: (await idp.sign({ scope: 'read' })).replace(
        /\.[^.]+\./,
        `.${Buffer.from(JSON.stringify({ sub: 'root', scope: 'lares:write', iss: idp.url, aud: 'lares', exp: 9_999_999_999 })).toString('base64url')}.`,
      ),
    };
    for (const [name, token] of Object.entries(forged))
      expect([name, await statusOf(lab, token)]).toEqual([name, 401]);
    expect(await statusOf(lab, await idp.sign({}))).toBe(200);
  });

  it('follow the provider when it changes its keys', async () => {
    const { lab, idp } = await oidcLab();
    const before = await idp.sign({});
    idp.rotate();
    expect(await statusOf(lab, await idp.sign({}))).toBe(200);
    expect(await statusOf(lab, before)).toBe(401);
  });

  it('need a scope even to read, where that is configured', async () => {
    const { lab, idp } = await oidcLab({ LARES_OIDC_READ: 'lares:read' });
    const answer = await lab.fetch('/mcp', post(await idp.sign({ scope: 'openid' })));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      403,
      `Bearer realm="lares", error="insufficient_scope", resource_metadata="${lab.url}/.well-known/oauth-protected-resource/mcp"`,
    ]);
    expect(await statusOf(lab, await idp.sign({ scope: 'lares:read' }))).toBe(200);
  });

  it('cannot be judged while the provider is away: nobody is let in, and it is not called a wrong token', async () => {
    const idp = await provider();
    const token = await idp.sign({});
    const lab = await httpLab({
      env: { LARES_OIDC_ISSUER: idp.url, LARES_OIDC_AUDIENCE: 'lares' },
    });
    await idp.close();
    expect([
      await statusOf(lab, token),
      await statusOf(lab, lab.first),
      await statusOf(lab, 'lares_wrong'),
    ]).toEqual([503, 200, 401]);
  });

  it('a client finds the provider through the resource metadata', async () => {
    const { lab, idp } = await oidcLab();
    const refused = await lab.fetch('/mcp', post(''));
    const url = /resource_metadata="([^"]+)"/.exec(
      refused.headers.get('www-authenticate') ?? '',
    )?.[1];
    expect(await (await fetch(String(url))).json()).toMatchObject({
      resource: `${lab.url}/mcp`,
      authorization_servers: [idp.url],
      bearer_methods_supported: ['header'],
    });
  });

  it('with the scope to approve answer what others ask, never what they asked themselves', async () => {
    const { lab, idp } = await oidcLab({ LARES_WRITES: 'human' });
    const alice = await idp.sign({ scope: 'lares:write lares:approve' });
    const { data } = await lab.call(await lab.connect(alice, '2026-07-28'))('guest_restart', {
      vmid: 30062,
    });
    const answer = async (token: string): Promise<number> => {
      const form =
        /name="form"\s+value="([^"]+)"/.exec(
          await (await lab.fetch(`/approve/${data.code}`)).text(),
        )?.[1] ?? '';
      return (
        await lab.fetch(`/approve/${data.code}`, {
          method: 'POST',
          body: new URLSearchParams({ form, token, answer: 'approve' }),
        })
      ).status;
    };
    expect(await answer(alice)).toBe(403);
    expect(await answer(await idp.sign({ sub: 'bob', scope: 'lares:approve' }))).toBe(200);
    expect(
      await lab.call(await lab.connect(alice, '2026-07-28'))('guest_restart', {
        vmid: 30062,
        confirm: data.code,
      }),
    ).toMatchObject({ isError: false, data: { outcome: 'done', approvedBy: 'oidc:bob' } });
  });
});
