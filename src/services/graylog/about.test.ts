import { describe, expect, it } from 'vitest';
import { lab } from '../../../test/harness.ts';
import { adrift, pictureOf, type Picture } from '../../../test/homelab-map.ts';
import type { Thing } from '../../core/map.ts';
import { incidents } from '../../demo/incidents/index.ts';
import type { Incident } from '../../demo/incidents/incident.ts';
import { logIncidents } from '../../demo/incidents/logs.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { Symptom } from '../../homelab/incidents/incident.ts';
import { incidentsOf } from '../../homelab/incidents/incidents.ts';
import { HomelabMap } from '../../homelab/map/map.ts';
import { thingsOf } from './things.ts';

async function pictureAfter(...names: string[]): Promise<Picture> {
  const world = createWorld({ now: Date.UTC(2026, 10, 23, 9, 30) });
  for (const name of names) incidents[name]?.apply(world);
  return pictureOf(await lab({ world, only: ['graylog'] }));
}
const saidOf = ({ findings }: Picture): unknown[] =>
  findings.map(({ id, about, effect }) => [id, ...about, effect]);
const server = 'instance/graylog/default';

describe('what Graylog finds is about what is known', () => {
  it.each(Object.entries(logIncidents))('%s', async (name, { expect: cause }: Incident) => {
    const picture = await pictureAfter(name);
    expect(adrift(picture, 'graylog')).toEqual([]);
    if (cause !== undefined)
      expect(picture.findings.map(({ id }) => id)).toContainEqual(expect.stringContaining(cause));
  });

  it.each([
    ['log-error-spike', 'graylog.error-spike/default', 'source/default/nextcloud', 'degrades'],
    ['log-ingest-stopped', 'graylog.ingest-stopped/default', server, 'degrades'],
    ['log-clocks-ahead', 'graylog.sender-clock/default', server, 'degrades'],
    ['log-token-ending', 'graylog.token-expiring/lares', server, 'risk'],
    [
      'log-messages-lost',
      'graylog.notification/journal_uncommitted_messages_deleted',
      server,
      'degrades',
    ],
  ])('%s', async (name, ...said) => expect(saidOf(await pictureAfter(name))).toEqual([said]));

  it('errors of many hosts accuse nobody', async () => {
    const world = createWorld({ now: Date.UTC(2026, 10, 23, 9, 30) });
    for (const source of ['a', 'b', 'c'])
      world.logs.add({ source, text: 'refused', perHour: 700, from: world.now() - 3_000_000 });
    expect(saidOf(await pictureOf(await lab({ world, only: ['graylog'] })))).toEqual([
      ['graylog.error-spike/default', server, 'risk'],
    ]);
  });
  it('OpenSearch that is gone stops Graylog, and a notification of unknown meaning is the cause of nothing', async () => {
    const world = createWorld({ now: Date.UTC(2026, 10, 23, 9, 30) });
    world.graylog.indexer.reachable = false;
    world.graylog.notifications.push({ type: 'novelty', severity: 'urgent', at: world.now() });
    expect(saidOf(await pictureOf(await lab({ world, only: ['graylog'] })))).toEqual([
      ['graylog.index-cluster-down/default', server, 'stops'],
      ['graylog.notification/novelty', server, 'risk'],
    ]);
  });
});

describe('the map', () => {
  it('has every host that logs, under the name that leads to it', async () => {
    const { parts, map } = await pictureAfter();
    const sources = parts
      .flatMap(({ things }) => things)
      .filter(({ ref }) => ref.startsWith('source/'));
    expect(sources.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['caddy1', 'pve-mini3', 'nextcloud', 'printer1', 'ups1']),
    );
    expect(map.foundation('source/default/nextcloud')).toEqual(['name/nextcloud']);
    expect(map.things.get('source/default/nextcloud')?.more).toEqual({
      tool: 'search_logs',
      arguments: { query: 'source:"nextcloud"', range: '1h' },
    });
    expect(map.things.get(server)?.state).toBe('up');
  });

  it.each([
    ['log-index-red', 'degraded'],
    ['log-processing-paused', 'degraded'],
    ['log-index-recovering', 'up'],
    ['log-error-spike', 'up'],
  ])('says how Graylog is: %s', async (name, state) => {
    const { parts } = await pictureAfter(name);
    expect(parts[0]?.things.find(({ ref }) => ref === server)?.state).toBe(state);
  });

  it('joins errors to the guest that broke, by its host name', async () => {
    const { parts, findings } = await pictureAfter('log-error-spike');
    const guest: Thing = { ref: 'guest/default/30060', title: 'nextcloud', links: [] };
    const full = {
      id: 'proxmox.guest-io-error/30060',
      severity: 'critical',
      about: [guest.ref],
      effect: 'stops',
    } as const;
    const [incident] = incidentsOf<Symptom>(
      [...findings, full],
      new HomelabMap([...parts, { by: 'Proxmox', things: [guest] }]),
    );
    expect([incident?.cause?.id, incident?.consequences.map(({ path }) => path)]).toEqual([
      full.id,
      [['source/default/nextcloud', 'name/nextcloud', guest.ref]],
    ]);
  });

  it.each([
    ['NAS1', 'source/default/nas1', ['name/nas1']],
    ['nas1.lab.example.net.', 'source/default/nas1.lab.example.net', ['name/nas1.lab.example.net']],
    ['10.0.20.9', 'source/default/10.0.20.9', ['address/10.0.20.9']],
    ['FD00:0::9', 'source/default/fd00:0::9', ['address/fd00::9']],
    ['localhost', 'source/default/localhost', []],
    ['127.0.0.1', 'source/default/127.0.0.1', []],
    ['my printer (hall)', 'source/default/my printer (hall)', []],
  ])('a source called %s', (source, ref, places) => {
    const [, thing, ...others] = thingsOf({
      instance: 'default',
      several: false,
      state: 'up',
      sources: [source, source],
    });
    expect([thing?.ref, thing?.title, thing?.links.map(({ to }) => to), others]).toEqual([
      ref,
      source,
      places,
      [],
    ]);
  });
  it('has no source without a name, and quotes one that could be a query', () => {
    const things = thingsOf({
      instance: 'home',
      several: true,
      state: 'up',
      sources: ['', ' ', 'a" OR *'],
    });
    expect(things.map(({ title, more }) => [title, more?.arguments])).toEqual([
      ['Graylog home', { instance: 'home' }],
      ['a" OR *', { query: 'source:"a\\" OR *"', range: '1h', instance: 'home' }],
    ]);
  });
});
