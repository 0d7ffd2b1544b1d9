import { expect, test } from 'vitest';
import { Facts } from './facts.ts';
import { kept } from './fixtures.ts';
import { upstreams } from './sources/index.ts';

const facts = new Map(upstreams.map((upstream) => [upstream.name, new Facts(upstream)]));

/** What releases before the described ones do otherwise. */
const older: Readonly<Record<string, readonly string[]>> = {
  // proxmox-ve.md §8: these came after 7.4.
  'proxmox/recorded-7.4.json GET /nodes/{node}/status': [
    'boot-info',
    'current-kernel',
    'memory.available',
  ].map((field) => `GET /api2/json/nodes/{node}/status: data.${field} missing`),
  // netbox.md §5: left in 4.0.
  'netbox/devices-3.7.json body': ['GET /api/dcim/devices/: results[].device_role unknown'],
};

test.each(kept)('$file: $key', ({ file, key, upstream, endpoint, answer }) => {
  const known = facts.get(upstream);
  const [method = '', path = ''] = endpoint.split(' ');
  const name = known?.endpointOf(method, path);
  // A fixture may hold more than Lares asks.
  if (name && known) expect(known.complaints(name, answer)).toEqual(older[`${file} ${key}`] ?? []);
  else expect(Object.keys(known?.derived.endpoints ?? {})).not.toContain(endpoint);
});

test('most of what is kept is asked, and was held to what is known of it', () => {
  const held = kept.filter(({ upstream, endpoint }) =>
    facts.get(upstream)?.endpointOf(...(endpoint.split(' ') as [string, string])),
  );
  expect(held.length).toBeGreaterThan(kept.length * 0.85);
  expect(new Set(held.map(({ upstream }) => upstream))).toEqual(
    new Set(upstreams.map(({ name }) => name).filter((name) => name !== 'semaphore-2.18.2')),
  );
});
