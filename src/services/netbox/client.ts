import type * as z from 'zod';
import { path, type Path, type Query, type ReadHttp } from '../../core/http/index.ts';
import { defineClient } from '../../core/service.ts';
import { describeError, isOwnRefusal } from './describe-error.ts';
import {
  addressFilters,
  assertFiltered,
  assertKnown,
  deviceFilters,
  machineFilters,
  rangeFilters,
  needsRelease,
  type Filters,
} from './filters.ts';
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
import type { Settings } from './settings.ts';

/** Which rows of a list: the first so many, or so many from `offset` on. */
export type Part = number | { limit: number; offset: number };

/** Some rows of a list, and how many it has. */
export interface Page<Row> {
  rows: Row[];
  total: number;
}

const machineFields =
  'id,display,name,status,role,site,cluster,platform,primary_ip4,primary_ip6,serial,description,tags';
const fields = {
  device: `${machineFields},device_type,rack`,
  machine: `${machineFields},device,vcpus,memory,disk`,
  address:
    'id,address,status,role,vrf,dns_name,description,tags,assigned_object_type,assigned_object',
  prefix: 'id,prefix,status,vrf,vlan,site,scope,description',
  range: 'id,start_address,end_address,status,vrf,description',
  vlan: 'id,vid,name,status,site,description',
  site: 'id,name,slug,status,description',
};

function reads(http: ReadHttp<Settings>) {
  const status = (): Promise<Status> => http.get(path`/status/`, Status);
  const filtered = async <Row>(
    model: Path,
    row: z.ZodType<Row>,
    filters: Filters<Row>,
    query: Query,
    part: Part,
    shownFields: string,
  ): Promise<Page<Row>> => {
    const release = needsRelease(filters, query) ? (await status()).version : undefined;
    assertKnown(filters, query, release);
    const page = await list(
      http,
      model,
      row,
      { ...query, fields: shownFields, exclude: 'config_context' },
      part,
    );
    assertFiltered(filters, query, page.rows, `GET ${model}`);
    return page;
  };
  return {
    settings: http.settings,
    status,
    devices: (query: Query, part: Part) =>
      filtered(path`/dcim/devices/`, Device, deviceFilters, query, part, fields.device),
    machines: (query: Query, part: Part) =>
      filtered(
        path`/virtualization/virtual-machines/`,
        Machine,
        machineFilters,
        query,
        part,
        fields.machine,
      ),
    addresses: (query: Query, part: Part) =>
      filtered(path`/ipam/ip-addresses/`, Address, addressFilters, query, part, fields.address),
    prefixes: (query: { q: string } | { contains: string }, part: Part) =>
      list(http, path`/ipam/prefixes/`, Prefix, { ...query, fields: fields.prefix }, part),
    ranges: async (query: { q: string } | { contains: string }, part: Part) => {
      const model = path`/ipam/ip-ranges/`;
      const page = await list(http, model, Range, { ...query, fields: fields.range }, part);
      assertFiltered(rangeFilters, query, page.rows, `GET ${model}`);
      return page;
    },
    /** Every range of addresses that something gives out. */
    pools: (part: Part) =>
      list(http, path`/ipam/ip-ranges/`, Range, { fields: fields.range }, part),
    /** Whether a VRF lets no address stand in it twice. */
    isUniqueVrf: async (id: number): Promise<boolean | undefined> => {
      const query = { id: String(id), fields: 'id,enforce_unique' };
      const { rows } = await list(http, path`/ipam/vrfs/`, Vrf, query, 1);
      return rows.find((row) => row.id === id)?.enforce_unique ?? undefined;
    },
    vlans: (query: { q: string }, part: Part) =>
      list(http, path`/ipam/vlans/`, Vlan, { ...query, fields: fields.vlan }, part),
    sites: (query: { q: string } | { slug: string }, part: Part) =>
      list(http, path`/dcim/sites/`, Site, { ...query, fields: fields.site }, part),
  };
}

/** One NetBox, as the tools see it. Lists take a part of their rows and know how many there are. */
export type Netbox = ReturnType<typeof reads>;

export const { read, health, doctor, inventory, lately } = defineClient({
  describeError,
  isOwnRefusal,
  reads,
});

/** Pages by offset: `next` is made from the Host header and may point anywhere, and MAX_PAGE_SIZE may be below what was asked. */
async function list<Row>(
  http: ReadHttp<Settings>,
  model: Path,
  row: z.ZodType<Row>,
  query: Query,
  part: Part,
): Promise<Page<Row>> {
  const { limit, offset: start } = typeof part === 'number' ? { limit: part, offset: 0 } : part;
  const rows: Row[] = [];
  for (;;) {
    const page = await http.get(model, pageOf(row), {
      ...query,
      limit: limit - rows.length,
      offset: start + rows.length || undefined,
    });
    rows.push(...page.results);
    const end = start + rows.length;
    if (page.results.length === 0 || rows.length >= limit || end >= page.count)
      return { rows: rows.slice(0, limit), total: page.count };
  }
}
