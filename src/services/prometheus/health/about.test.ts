import { describe, expect, it } from 'vitest';
import { adrift, pictureOf, type Picture } from '../../../../test/homelab-map.ts';
import type { Thing } from '../../../core/map.ts';
import type { Incident } from '../../../demo/incidents/incident.ts';
import type { Symptom } from '../../../homelab/incidents/incident.ts';
import { incidentsOf } from '../../../homelab/incidents/incidents.ts';
import { HomelabMap } from '../../../homelab/map/map.ts';
import { lab } from '../../../../test/harness.ts';
import { incidents } from '../../../demo/incidents/index.ts';
import { monitoringIncidents } from '../../../demo/incidents/monitoring.ts';
import { createWorld } from '../../../demo/world/index.ts';

describe('what Prometheus finds', () => {
  const pictureAfter = async (name: string, only?: string[]): Promise<Picture> => {
    const world = createWorld({ now: Date.UTC(2026, 10, 23, 9, 30) });
    incidents[name]?.apply(world);
    return pictureOf(await lab({ world, ...(only && { only }) }));
  };
  const idsOf = ({ findings }: Picture): string[] =>
    findings.map(({ id }) => id).filter((id) => id.startsWith('prometheus.'));

  it.each(Object.entries(monitoringIncidents))(
    'is about what is known: %s',
    async (name, { expect: cause }: Incident) => {
      const picture = await pictureAfter(name, ['prometheus']);
      expect(adrift(picture, 'prometheus')).toEqual([]);
      if (cause !== undefined)
        expect(idsOf(picture)).toContainEqual(expect.stringContaining(cause));
    },
  );
  it('is about what is known where a whole node is gone', async () => {
    const picture = await pictureAfter('node-offline', ['prometheus']);
    expect(adrift(picture, 'prometheus')).toEqual([]);
    expect(idsOf(picture)).toContainEqual(
      expect.stringMatching(/^prometheus.target-down\/node\/pve-/),
    );
  });

  it('of one exporter that died is one incident, whether its alert or its target says so', async () => {
    const { map, findings } = await pictureAfter('target-down', ['prometheus']);
    const [incident, ...others] = incidentsOf(findings, map);
    expect([
      incident?.cause?.id,
      incident?.consequences.map(({ finding }) => finding.id),
      others,
    ]).toEqual([
      'prometheus.alert/GuestDown/nextcloud:9100',
      ['prometheus.target-down/guest/nextcloud:9100'],
      [],
    ]);
  });

  it('follows from a guest that stopped, which its host name leads to', async () => {
    const { parts, findings } = await pictureAfter('target-down', ['prometheus']);
    const guest: Thing = { ref: 'guest/default/30060', title: 'nextcloud', links: [] };
    const stopped = {
      id: 'proxmox.guest-down/30060',
      severity: 'critical',
      about: [guest.ref],
      effect: 'stops',
    } as const;
    const [incident, ...others] = incidentsOf<Symptom>(
      [...findings, stopped],
      new HomelabMap([...parts, { by: 'Proxmox', things: [guest] }]),
    );
    expect(incident?.cause?.id).toBe(stopped.id);
    expect(incident?.consequences.map(({ finding, path }) => [finding.id, path])).toEqual([
      [
        'prometheus.alert/GuestDown/nextcloud:9100',
        ['target/default/guest/nextcloud:9100', 'name/nextcloud', guest.ref],
      ],
      [
        'prometheus.target-down/guest/nextcloud:9100',
        ['target/default/guest/nextcloud:9100', 'name/nextcloud', guest.ref],
      ],
    ]);
    expect(others).toEqual([]);
  });

  it('of two machines, or of nothing that could be named, is not joined', async () => {
    const world = createWorld({ now: Date.UTC(2026, 10, 23, 9, 30) });
    const trouble = (name: string, query: string) => ({
      group: 'x',
      name,
      query,
      forSeconds: 0,
      labels: { severity: 'critical' },
      annotations: {},
    });
    world.monitoring.rules.push(trouble('One', 'vector(1)'), trouble('Other', 'vector(2)'));
    incidents['ups-on-battery']?.apply(world);
    const { map, findings } = await pictureOf(await lab({ world, only: ['prometheus'] }));
    expect(
      incidentsOf(findings, map).map(({ cause, consequences }) => [
        cause?.id,
        cause?.effect,
        consequences,
      ]),
    ).toEqual([
      ['prometheus.alert/UpsOnBattery/prometheus:9199', 'degrades', []],
      ['prometheus.alert/One', 'risk', []],
      ['prometheus.alert/Other', 'risk', []],
    ]);
  });

  it('about many targets names no more than a few of them', async () => {
    const world = createWorld({ now: Date.UTC(2026, 10, 23, 9, 30) });
    for (const target of world.monitoring.targets)
      target.broken = { since: world.now() - 30 * 60_000, error: 'refused' };
    const picture = await pictureOf(await lab({ world, only: ['prometheus'] }));
    expect(adrift(picture, 'prometheus')).toEqual([]);
    const guests = picture.findings.filter(({ id }) => id === 'prometheus.target-down/guest');
    expect(guests.map(({ about }) => about.length)).toEqual([20]);
  });
});
