import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LaresError } from '../../src/core/base/errors.ts';
import { tlsProblem } from '../../src/core/http/tls-problem.ts';
import { authority } from '../../src/demo/certificate.ts';
import { callToy, toyRuntime } from '../toy.ts';

async function listening(server: net.Server): Promise<number> {
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

const failure = async (env: Record<string, string>): Promise<LaresError> => {
  const runtime = toyRuntime({
    ...env,
    LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-test-')),
  });
  onTestFinished(() => runtime.close());
  return callToy(runtime, 'list_lamps').then(
    ({ text }) => {
      throw new Error(`answered ${text}`);
    },
    (error: LaresError) => error,
  );
};

describe('what a server says about Lares is not what Lares says about it', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'wants a client certificate (%s): its own is not blamed',
    async (version) => {
      const issuer = authority('CA');
      const port = await listening(
        https.createServer({
          ...issuer.issue('127.0.0.1', ['127.0.0.1']),
          ca: issuer.ca,
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: version,
          maxVersion: version,
        }),
      );
      const { message, hint } = await failure({
        TOY_URL: `https://127.0.0.1:${port}`,
        TOY_TLS_VERIFY: 'false',
      });
      expect(message).not.toMatch(/not trusted/);
      if (version === 'TLSv1.3')
        expect([message, hint]).toEqual([
          expect.stringContaining('the server wants a client certificate'),
          expect.stringMatching(/^Set TOY_CLIENT_CERT_FILE/),
        ]);
    },
  );

  it('has no certificate for an address: the name is asked for', async () => {
    const port = await listening(
      tls.createServer({
        SNICallback: (_, done) => done(null, undefined),
      }),
    );
    const { message, hint } = await failure({ TOY_URL: `https://127.0.0.1:${port}` });
    expect([message, hint]).toEqual([
      expect.not.stringMatching(/not trusted/),
      expect.stringContaining('TOY_TLS_SERVERNAME'),
    ]);
  });

  it.each([
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /wants a client certificate/, /CLIENT_CERT_FILE/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /wants a client certificate/, /CLIENT_CERT_FILE/],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', /no certificate for 10\.0\.0\.9/, /TLS_SERVERNAME/],
    ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', /no certificate for 10\.0\.0\.9/, /TLS_SERVERNAME/],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /another version of TLS/, /TLS 1\.2 or 1\.3/],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', /refused the handshake/, /Its log/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /does not speak TLS/, /wants http, not https/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /not trusted/, /TLS_CA_FILE/],
    ['CERT_HAS_EXPIRED', /not trusted/, /TLS_CA_FILE/],
  ])('%s', (code, words, way) => {
    const [reason, hint] =
      tlsProblem(code, new Error(code), {
        prefix: 'TOY',
        baseUrl: 'https://10.0.0.9',
        tls: { verify: true },
        limits: { timeoutMs: 1, connectTimeoutMs: 1, maxBytes: 1, pollMs: 1, waitMs: 1 },
      }) ?? [];
    expect([reason, hint]).toEqual([expect.stringMatching(words), expect.stringMatching(way)]);
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'TIMEOUT', ''])(
    '%j is none of it',
    (code) => {
      expect(
        tlsProblem(code, new Error('x'), {
          prefix: 'TOY',
          baseUrl: 'https://10.0.0.9',
          tls: { verify: true },
          limits: { timeoutMs: 1, connectTimeoutMs: 1, maxBytes: 1, pollMs: 1, waitMs: 1 },
        }),
      ).toBeUndefined();
    },
  );
});

describe('a certificate for another name', () => {
  const issuer = authority('CA');
  const serving = async (): Promise<number> => {
    const { cert, key } = issuer.issue('pi.hole', ['pi.hole']);
    return listening(https.createServer({ cert: cert + issuer.ca, key }));
  };

  it('signed by the pinned CA is no sign of somebody in between', async () => {
    const { message, hint } = await failure({
      TOY_URL: `https://127.0.0.1:${await serving()}`,
      TOY_TLS_FINGERPRINT: issuer.fingerprint,
    });
    expect([message, hint]).toEqual([
      expect.stringMatching(/its certificate is for another name \(.*pi\.hole/),
      expect.stringMatching(/pinned CA signed it.*TOY_TLS_SERVERNAME/),
    ]);
    expect(hint).not.toMatch(/in between/);
  });

  it('from a CA file is told by its names', async () => {
    const caFile = join(mkdtempSync(join(tmpdir(), 'lares-test-')), 'ca.pem');
    writeFileSync(caFile, issuer.ca);
    const { message, hint } = await failure({
      TOY_URL: `https://127.0.0.1:${await serving()}`,
      TOY_TLS_CA_FILE: caFile,
    });
    expect([message, hint]).toEqual([
      expect.stringContaining('its certificate is for another name'),
      expect.stringContaining('TOY_TLS_SERVERNAME'),
    ]);
  });
});

describe('what is wrong with the configuration', () => {
  it('is not told as something the server did', async () => {
    const port = await listening(net.createServer());
    const error = await failure({
      TOY_URL: `https://127.0.0.1:${port}`,
      TOY_TLS_CA_FILE: '/nowhere/ca.pem',
    });
    expect([error.name, error.message]).toEqual([
      'ConfigError',
      'TOY_TLS_CA_FILE: /nowhere/ca.pem cannot be read',
    ]);
  });
});
