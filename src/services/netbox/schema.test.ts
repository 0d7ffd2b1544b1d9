import { expect, onTestFinished, test } from 'vitest';
import type * as z from 'zod';
import { refusesNull } from '../../../test/absent-or-null.ts';
import { createWorld } from '../../demo/world/index.ts';
import { fakeNetbox } from './fake/index.ts';
import {
  Address,
  Device,
  Machine,
  pageOf,
  Prefix,
  Range,
  Site,
  Status,
  Vlan,
  Vrf,
} from './schema/index.ts';

const answers: [path: string, schema: z.ZodType][] = [
  ['status', Status],
  ['dcim/devices', pageOf(Device)],
  ['virtualization/virtual-machines', pageOf(Machine)],
  ['ipam/ip-addresses', pageOf(Address)],
  ['ipam/prefixes', pageOf(Prefix)],
  ['ipam/ip-ranges', pageOf(Range)],
  ['ipam/vrfs', pageOf(Vrf)],
  ['ipam/vlans', pageOf(Vlan)],
  ['dcim/sites', pageOf(Site)],
];

test.each(['4.6.8', '4.2.9', '3.7.8'])(
  'whatever may be missing may be null (%s)',
  async (version) => {
    const fake = await fakeNetbox(createWorld(), { version });
    onTestFinished(() => fake.close());
    fake.knobs.tokens[0] = { ...fake.knobs.tokens[0]!, text: '0'.repeat(40) };
    for (const [path, schema] of answers) {
      const response = await fetch(`${fake.url}/api/${path}/?limit=3`, {
        headers: { authorization: `Token ${'0'.repeat(40)}` },
      });
      const sample: unknown = await response.json();
      expect([path, schema.safeParse(sample).success]).toEqual([path, true]);
      expect([path, refusesNull(schema, sample)]).toEqual([path, []]);
    }
  },
);
