import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { look, type Look } from '../../src/cli/init/look.ts';
import { absenceText, siteText } from '../../src/cli/init/words.ts';
import { fake as startCaddy } from '../../src/services/caddy/fake/index.ts';
import { createWorld } from '../../src/demo/world/index.ts';
import { json, type Reply } from '../../src/demo/loopback.ts';
import { services } from '../../src/services/index.ts';
import { candidate, candidates, credentialHeaders, homelab, html, server } from './init-lab.ts';

const lookAt = (
  address: string,
  id: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<Look> => look(address, candidate(id), candidates, signal);

const site = async (address: string, id: string) => {
  const found = await lookAt(address, id);
  if (!found.site) throw new Error(absenceText(id, found));
  return { id: found.site.service.id, url: found.site.url, ...found.site.product };
};

/** The servers of the demo homelab that a service is found at: Prometheus has its Alertmanager beside it. */
const firstServer = async (id: string) => {
  const demo = await homelab(id);
  const [first] = demo.fakes.get(id)?.servers ?? [];
  if (!first) throw new Error(`${id} has no server`);
  return first;
};

describe.each(services.map(({ id }) => id))('%s', (id) => {
  it('is recognised by GETs without credentials, sent to it alone', async () => {
    const { url, requests } = await firstServer(id);
    const found = await lookAt(url.replace(/^\w+:\/\//, ''), id);
    expect([found.site?.service.id, found.site?.url]).toEqual([id, url]);
    expect(requests.length).toBeGreaterThan(0);
    for (const { method, headers, body } of requests) {
      expect([method, body]).toEqual(['GET', '']);
      expect(
        Object.keys(headers).filter((name) => credentialHeaders.includes(name as never)),
      ).toEqual([]);
    }
  });

  it('is taken for no other', async () => {
    const { url } = await firstServer(id);
    const meant = candidates.find(({ service }) => service.id !== id);
    if (!meant) throw new Error('there is one service only');
    const found = await look(url, meant, candidates, new AbortController().signal);
    expect(found).toMatchObject({ isMeant: false, site: { service: { id } } });
    expect(absenceText(meant.service.title, found)).toMatch(/ is .+, not /);
  });

  it('says how its least credential is made, in fields that it has', () => {
    const { setup, service } = candidate(id);
    for (const writes of [false, true])
      for (const recipe of setup.recipes({ url: 'https://x.example.net', writes })) {
        expect(recipe.lines.join('\n')).not.toMatch(/undefined|\[object/);
        expect(
          recipe.fields
            .map(({ field }) => field)
            .filter((field) => !(field in service.config.shape)),
        ).toEqual([]);
      }
  });
});

const unauthorised: Reply = { status: 401, reason: 'No ticket' };

describe('what products say to strangers', () => {
  it.each<[string, (path: string) => Reply | undefined, object]>([
    [
      'proxmox',
      (path) =>
        path === '/'
          ? html(
              'pve1 - Proxmox Virtual Environment',
              '<script src="/pve2/js/pvemanagerlib.js?ver=8.4.14"></script>',
            )
          : unauthorised,
      { version: '8.4.14' },
    ],
    [
      'proxmox',
      (path) =>
        path === '/'
          ? html('x', '<script src="/pve2/js/pvemanagerlib.js?ver=6.4-15"></script>')
          : unauthorised,
      { unsupported: expect.stringContaining('from 7 on') },
    ],
    [
      'pihole',
      (path) =>
        path === '/api/auth'
          ? json({ session: { valid: true, totp: false, sid: null, validity: -1 } })
          : undefined,
      { open: true, notes: [expect.stringContaining('no password')] },
    ],
    [
      'pihole',
      (path) =>
        path === '/admin/api.php'
          ? { ...json([]), headers: { 'x-pi-hole': 'The Pi-hole Web interface is working!' } }
          : undefined,
      { version: '5', unsupported: expect.stringContaining('pihole -up') },
    ],
    [
      'prometheus',
      (path) =>
        path === '/api/v1/status/buildinfo'
          ? json({ status: 'success', data: { version: '3.5.3' } })
          : undefined,
      { version: '3.5.3', open: true },
    ],
    [
      'prometheus',
      (path) =>
        path === '/-/healthy'
          ? { body: 'VictoriaMetrics is Healthy.' }
          : path === '/api/v1/status/buildinfo'
            ? json({ status: 'success', data: { version: '2.24.0' } })
            : undefined,
      { notes: [expect.stringContaining('VictoriaMetrics')] },
    ],
    [
      'graylog',
      (path) =>
        path === '/api/'
          ? json({ cluster_id: 'a', node_id: 'b', version: '6.1.16+abc', tagline: 'x' })
          : undefined,
      { version: '6.1.16' },
    ],
    [
      'graylog',
      (path) =>
        path === '/api/'
          ? json({ cluster_id: 'a', node_id: 'b', version: '4.3.9', tagline: 'x' })
          : undefined,
      { unsupported: expect.stringContaining('5.0') },
    ],
    [
      'netbox',
      (path) =>
        path === '/api/status/' ? json({ 'netbox-version': '3.7.8-Docker-2.8.0' }) : undefined,
      { version: '3.7.8' },
    ],
    [
      'netbox',
      (path) =>
        path === '/api/status/'
          ? json({ detail: 'Authentication credentials were not provided.' }, 403)
          : path === '/login/'
            ? html('NetBox')
            : undefined,
      {},
    ],
    [
      'n8n',
      (path) =>
        path === '/healthz' ? json({ status: 'ok' }) : html('n8n.io - Workflow Automation'),
      { unsupported: expect.stringContaining('N8N_PUBLIC_API_DISABLED') },
    ],
    [
      'n8n',
      (path) =>
        path === '/healthz'
          ? json({ status: 'ok' })
          : path === '/api/v1/workflows'
            ? json({ message: "'X-N8N-API-KEY' header required" }, 401)
            : html('n8n.io - Workflow Automation', '', path === '/' ? 200 : 404),
      { version: '1' },
    ],
    [
      'caddy',
      (path) =>
        path === '/reverse_proxy/upstreams'
          ? json({ error: 'host not allowed: caddy1:2019' }, 403)
          : undefined,
      { unsure: expect.stringContaining('host name') },
    ],
  ])('%s', async (id, answer, product) => {
    const { url } = await server(({ path }) => answer(path) ?? { status: 404, body: 'not found' });
    expect(await site(url, id)).toMatchObject({ id, url, ...product });
  });

  it('a relative of Proxmox Backup Server that pongs as well is not it', async () => {
    const { url } = await server(({ path }) =>
      path === '/api2/json/ping'
        ? json({ data: { pong: true } })
        : html('Proxmox Datacenter Manager'),
    );
    expect((await lookAt(url, 'pbs')).site).toBeUndefined();
  });
});

describe('where an address leads', () => {
  it('the page that somebody copied the address of stands below the product', async () => {
    const { url } = await firstServer('graylog');
    expect(await site(`${url}/streams/1/search?q=a`, 'graylog')).toMatchObject({ url });
  });

  it('a login that covers everything is not taken for being below one of its pages', async () => {
    const { url } = await firstServer('prometheus');
    expect(await site(`${url}/graph`, 'prometheus')).toMatchObject({
      url,
      unsure: expect.stringContaining('others do too'),
    });
  });

  it('a redirect to a path of the same host is looked at', async () => {
    const { url } = await server(({ path }) => {
      if (path === '/') return { status: 302, headers: { location: '/logs/' } };
      return path === '/logs/api/'
        ? json({ cluster_id: 'a', node_id: 'b', version: '6.1.16', tagline: 'x' })
        : { status: 404 };
    });
    expect(await site(url, 'graylog')).toMatchObject({ url: `${url}/logs` });
  });

  it('from http to https of the same host, too', async () => {
    const secure = await server(
      ({ path }) =>
        path === '/api/'
          ? json({ cluster_id: 'a', node_id: 'b', version: '6.1.16', tagline: 'x' })
          : { status: 404 },
      { tls: true },
    );
    const plain = await server(() => ({ status: 301, headers: { location: `${secure.url}/` } }));
    expect(await site(plain.url, 'graylog')).toMatchObject({ url: secure.url });
  });

  it('a redirect to another host is named and not followed', async () => {
    const other = await server(() =>
      json({ cluster_id: 'a', node_id: 'b', version: '6.1.16', tagline: 'x' }),
    );
    const { url } = await server(() => ({
      status: 302,
      headers: { location: `http://localhost:${other.port}/` },
    }));
    const found = await lookAt(url, 'graylog');
    expect(absenceText('Graylog', found)).toMatch(/leads to http:\/\/localhost:\d+\//);
    expect(other.requests).toEqual([]);
  });

  it('redirects in a circle end', async () => {
    let count = 0;
    const { url, requests } = await server(() => ({
      status: 302,
      headers: { location: `/${(count += 1)}/` },
    }));
    expect((await lookAt(url, 'netbox')).site).toBeUndefined();
    expect(requests.length).toBeLessThan(500);
  });

  it('https where http was written without a scheme, and the other way round', async () => {
    const graylog = (path: string): Reply =>
      path === '/api/'
        ? json({ cluster_id: 'a', node_id: 'b', version: '6.1.16', tagline: 'x' })
        : { status: 404 };
    const plain = await server(({ path }) => graylog(path));
    const secure = await server(({ path }) => graylog(path), { tls: true });
    expect(await site(`127.0.0.1:${plain.port}`, 'graylog')).toMatchObject({ url: plain.url });
    expect(await site(`127.0.0.1:${secure.port}`, 'graylog')).toMatchObject({ url: secure.url });
  });
});

describe('the certificate', () => {
  it('that this machine does not trust is shown with its fingerprint, and how to compare it', async () => {
    const { url, fingerprint } = await firstServer('proxmox');
    const found = await lookAt(url, 'proxmox');
    if (!found.site) throw new Error('not found');
    expect(siteText(found.site)).toMatch(
      /not trusted by this machine[\s\S]*SHA-256 [\s\S]*Compare it on the machine itself: openssl/,
    );
    expect(found.site.certificate?.fingerprint).toBe(fingerprint);
  });
});

it('an admin API on a unix socket', async () => {
  const caddy = await startCaddy(createWorld(), { listener: 'unix' });
  onTestFinished(() => caddy.close());
  const [first] = caddy.servers;
  expect(await site(first?.url ?? '', 'caddy')).toMatchObject({ url: first?.url, open: true });
});

describe('something else', () => {
  it.each<[string, Reply, RegExp]>([
    [
      'a page',
      { ...html('Grafana'), headers: { 'content-type': 'text/html', server: 'nginx/1.27' } },
      /That is not NetBox:\n.*a page titled "Grafana", by nginx\/1\.27/,
    ],
    [
      'a page that tries to draw',
      html('a\u001b[2Jb\nNetBox 9 answers'),
      /titled "a.?\[2Jb NetBox 9 answers"|titled "ab NetBox 9 answers"/,
    ],
    ['nothing but a status', { status: 503 }, /answers 503/],
  ])('%s is named', async (_, reply, words) => {
    const { url } = await server(() => reply);
    const text = absenceText('NetBox', await lookAt(url, 'netbox'));
    expect(text).toMatch(words);
    expect(text).not.toContain('\u001b');
  });

  it('nobody at that port', async () => {
    const left = await server(() => ({}));
    left.inject('refuse');
    expect(absenceText('NetBox', await lookAt(left.url, 'netbox'))).toMatch(
      /Nothing answers as NetBox:\n.*connection refused.*is the address right/,
    );
  });

  it('a host that does not exist', async () => {
    expect(absenceText('NetBox', await lookAt('http://nowhere.invalid', 'netbox'))).toMatch(
      /name not found|does not resolve/,
    );
  });

  const raw = async (talk: (socket: Socket) => void): Promise<string> => {
    const listener = createServer((socket) => {
      socket.on('error', () => undefined);
      talk(socket);
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    onTestFinished(() => void listener.close());
    const address = listener.address();
    return typeof address === 'object' && address ? `127.0.0.1:${address.port}` : '';
  };

  it('garbage, and no HTTP', async () => {
    const at = await raw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(absenceText('NetBox', await lookAt(`http://${at}`, 'netbox'))).toMatch(
      /the answer is not HTTP|was cut/,
    );
    expect(absenceText('NetBox', await lookAt(at, 'netbox'))).toMatch(/Nothing answers as NetBox/);
  });

  it('one that takes the connection and says nothing is asked once', async () => {
    let connections = 0;
    const at = await raw(() => void (connections += 1));
    expect(absenceText('NetBox', await lookAt(`http://${at}`, 'netbox'))).toMatch(
      /no complete answer within 8 s/,
    );
    expect(connections).toBe(1);
  });

  it('Ctrl-C while it hangs ends the look', async () => {
    const cancel = new AbortController();
    const at = await raw(() => cancel.abort(new Error('stopped')));
    await expect(lookAt(`http://${at}`, 'netbox', cancel.signal)).rejects.toThrow('stopped');
    await expect(lookAt(at, 'netbox', cancel.signal)).rejects.toThrow('stopped');
  });
});
