import { expect, it } from 'vitest';
import type { Link, Ref, Thing } from '../../core/map.ts';
import { soText } from '../health-lines.ts';
import { HomelabMap } from '../map/map.ts';
import { incidentRow } from './incident-row.ts';
import { incidentsOf } from './incidents.ts';
import type { KnownFinding } from './known-finding.ts';

const thing = (ref: Ref, ...links: readonly Link[]): Thing => ({ ref, title: ref, links });
const finding = (id: string, subject: string, ref: Ref): KnownFinding => ({
  id,
  severity: 'critical',
  subject,
  message: `${subject} is down`,
  about: [ref],
  effect: 'stops',
});

it('names the other cause of what has two', () => {
  const map = new HomelabMap([
    {
      by: 'Test',
      things: [
        thing('guest/d/1'),
        thing('guest/d/2'),
        thing(
          'site/dns.lab',
          { how: 'forwards to', to: 'upstream/a:80' },
          { how: 'forwards to', to: 'upstream/b:80' },
        ),
        thing('upstream/a:80', { how: 'is', to: 'guest/d/1' }),
        thing('upstream/b:80', { how: 'is', to: 'guest/d/2' }),
      ],
    },
  ]);
  const findings = [
    finding('proxmox.guest-down/1', 'dns1', 'guest/d/1'),
    finding('proxmox.guest-down/2', 'dns2', 'guest/d/2'),
    finding('caddy.site-down/dns.lab', 'dns.lab', 'site/dns.lab'),
  ];
  const rows = incidentsOf(findings, map).map((incident) => incidentRow(incident, map));
  expect(rows).toMatchObject([
    { cause: 'proxmox.guest-down/1', also: ['proxmox.guest-down/2'] },
    { cause: 'proxmox.guest-down/2' },
  ]);
  expect(rows[1]).not.toHaveProperty('also');
  expect(soText(rows)).toBe('  so: site down: dns.lab (also dns2)');
});
