import { expect, onTestFinished, test } from 'vitest';
import type * as z from 'zod';
import { refusedNulls } from '../../../test/nulls.ts';
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

/** Columns that are NOT NULL, and what NetBox computes for every row. `name` is one of them, but for a device. */
const required = [
  'count',
  'results',
  'id',
  'display',
  'address',
  'prefix',
  'slug',
  'vid',
  'model',
  'manufacturer',
  'device_type',
  'start_address',
  'end_address',
];

const answers: [path: string, schema: z.ZodType, notNull?: string][] = [
  ['status', Status],
  ['dcim/devices', pageOf(Device)],
  ['virtualization/virtual-machines', pageOf(Machine)],
  ['ipam/ip-addresses', pageOf(Address)],
  ['ipam/prefixes', pageOf(Prefix)],
  ['ipam/ip-ranges', pageOf(Range)],
  ['ipam/vrfs', pageOf(Vrf)],
  ['ipam/vlans', pageOf(Vlan), 'name'],
  ['dcim/sites', pageOf(Site), 'name'],
];

test.each(['4.6.8', '4.2.9', '3.7.8'])(
  'whatever may be missing may be null (%s)',
  async (version) => {
    const fake = await fakeNetbox(createWorld(), { version });
    onTestFinished(() => fake.close());
    fake.knobs.tokens[0] = { ...fake.knobs.tokens[0]!, text: '0'.repeat(40) };
    for (const [path, schema, notNull] of answers) {
      const response = await fetch(`${fake.url}/api/${path}/?limit=3`, {
        headers: { authorization: `Token ${'0'.repeat(40)}` },
      });
      const sample: unknown = await response.json();
      expect([path, schema.safeParse(sample).success]).toEqual([path, true]);
      const names = [...required, ...(notNull ? [notNull] : [])];
      const nested = refusedNulls(schema, sample, names).filter(
        // Of a nested object these are as fixed as of the object itself.
        (field) =>
          !/\.(?:role|site|tenant|tags)\.(?:name|slug)$/.test(field) &&
          !field.endsWith('manufacturer.name'),
      );
      expect([path, nested]).toEqual([path, []]);
    }
  },
);
