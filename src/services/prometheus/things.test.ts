import { describe, expect, it } from 'vitest';
import { placeOf, type Thing } from '../../core/map.ts';
import type { Target } from './schema/index.ts';
import { thingsOf } from './things.ts';

const target = (scrapeUrl: string, more: Partial<Target> = {}): Target => ({
  labels: {},
  scrapeUrl,
  lastError: '',
  health: 'up',
  job: 'node',
  address: 'nas:9100',
  lastScrapeAt: undefined,
  scrapeSeconds: undefined,
  intervalSeconds: undefined,
  ...more,
});
const settings = {
  critical: [],
  info: [],
  watchdogs: [],
  targetDownMinutes: 5,
  credential: 'none',
  alertmanagerCredential: 'none',
} as const;
const things = (
  targets: readonly Target[],
  receivers: readonly string[] = [],
  alertmanagerUrl?: string,
): Thing[] =>
  thingsOf({
    instance: 'default',
    several: false,
    targets,
    receivers,
    alertmanager: 'up',
    settings: { ...settings, alertmanagerUrl },
  });
const linksOf = (ref: string, all: readonly Thing[]): string[] =>
  all.find((thing) => thing.ref === ref)?.links.map(({ how, to }) => `${how} ${to}`) ?? ['missing'];

describe('a target', () => {
  it.each([
    ['http://nas:9100/metrics', ['reached at name/nas']],
    ['https://NAS.lab.example.net./metrics', ['reached at name/nas.lab.example.net']],
    ['http://10.0.20.9:9100/metrics', ['reached at address/10.0.20.9']],
    ['http://[FD00::9]:9100/metrics', ['reached at address/fd00::9']],
    ['http://user:secret@nas:9100/metrics?token=abc', ['reached at name/nas']],
    [
      'http://blackbox:9115/probe?module=http_2xx&target=https%3A%2F%2Fwiki.lab.example.net%2Fx',
      ['reached at name/blackbox', 'reached at name/wiki.lab.example.net'],
    ],
    [
      'http://snmp:9116/snmp?target=10.0.10.1',
      ['reached at name/snmp', 'reached at address/10.0.10.1'],
    ],
    ['http://localhost:9100/metrics', ['served by instance/prometheus/default']],
    ['http://127.0.0.1:9100/metrics', ['served by instance/prometheus/default']],
    ['http://[::1]:9100/metrics', ['served by instance/prometheus/default']],
    ['http://host.docker.internal:9100/metrics', ['served by instance/prometheus/default']],
    ['nowhere', []],
    ['', []],
  ])('%s: %j', (url, links) =>
    expect(linksOf('target/default/node/nas:9100', things([target(url)]))).toEqual(links),
  );

  it('has its state, the call that tells more, and a URL without secrets as another name', () => {
    const [, thing] = things([target('http://nas:9100/metrics?token=abc', { health: 'down' })]);
    expect(thing).toMatchObject({
      title: 'nas:9100',
      state: 'down',
      about: 'target of job node, down',
      more: { tool: 'prom_targets', arguments: { job: 'node' } },
      aliases: ['http://nas:9100/metrics?token=[redacted]'],
    });
  });

  it('that no label tells from another is one thing, and worse where one of them is down', () => {
    const all = things([
      target('http://nas:9100/metrics'),
      target('http://nas:9100/other', { health: 'down' }),
    ]);
    expect(all.map(({ ref, state }) => [ref, state])).toEqual([
      ['instance/prometheus/default', 'up'],
      ['target/default/node/nas:9100', 'degraded'],
    ]);
  });

  it('before its first scrape is neither up nor down', () =>
    expect(things([target('http://nas:9100/', { health: 'unknown' })])[1]?.state).toBe('unknown'));
});

describe('an Alertmanager', () => {
  const ref = 'instance/alertmanager/default';
  it('is where Lares asks it', () =>
    expect(
      linksOf(ref, things([], ['http://10.0.30.12:9093'], 'https://alerts.lab.example.net/am')),
    ).toEqual(['reached at name/alerts.lab.example.net']));
  it('or where Prometheus sends to, if that is one place', () => {
    expect(linksOf(ref, things([], ['http://10.0.30.12:9093']))).toEqual([
      'reached at address/10.0.30.12',
    ]);
    expect(linksOf(ref, things([], ['http://am1:9093', 'http://am2:9093']))).toEqual([]);
  });
  it('is no thing where there is none', () =>
    expect(linksOf(ref, things([]))).toEqual(['missing']));
  it('is measured by the target at its endpoint, and by no other', () => {
    const all = things(
      [
        target('http://am:9093/metrics', { job: 'am', address: 'am' }),
        target('http://am:9100/metrics'),
      ],
      ['http://am:9093'],
    );
    expect(linksOf('target/default/am/am', all)).toContain(`measures ${ref}`);
    expect(linksOf('target/default/node/nas:9100', all)).toEqual(['reached at name/am']);
  });
  it('on the loopback of Lares is not what Prometheus scrapes on its own', () => {
    const own = target('http://127.0.0.1:9093/metrics');
    const all = things([own], [], 'http://127.0.0.1:9093');
    expect(linksOf('target/default/node/nas:9100', all)).toEqual([
      'served by instance/prometheus/default',
    ]);
    expect(linksOf(ref, all)).toEqual([]);
  });
});

describe('an address, however it is written, is one place', () => {
  it.each([
    [
      'nas.lab.example.net',
      ['NAS.lab.example.net.', 'nas.lab.example.net:9100', 'https://nas.lab.example.net/x?y#z'],
    ],
    ['10.0.20.9', ['10.0.20.9:9100', 'http://10.0.20.9/metrics', '10.0.20.9/24']],
    ['fd00::9', ['[fd00::9]:9100', 'FD00:0:0::9', 'http://[fd00::9]:9100/metrics']],
  ])('%s', (plain, spellings) => {
    expect(placeOf(plain)).toBeDefined();
    expect(spellings.map(placeOf)).toEqual(spellings.map(() => placeOf(plain)));
  });
  it('except those that are another machine for everyone who says them', () =>
    expect(
      [
        'localhost',
        'LOCALHOST:9090',
        'a.localhost',
        '127.0.0.1:80',
        '127.1.2.3',
        '[::1]:9',
        '::',
        '0.0.0.0',
        '::ffff:127.0.0.1',
      ].map(placeOf),
    ).toEqual(Array(9).fill(undefined)));
  it('and those that only look like them', () =>
    expect(['localhost.lab.example.net', '10.127.0.1', '::10', '1::1'].map(placeOf)).toEqual([
      'name/localhost.lab.example.net',
      'address/10.127.0.1',
      'address/::10',
      'address/1::1',
    ]));
});
