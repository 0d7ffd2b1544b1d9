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
  needsRelease,
  type Filters,
} from './filters.ts';
import { Address, Device, Machine, pageOf, Prefix, Site, Status, Vlan } from './schema/index.ts';
import type { Settings } from './settings.ts';

/** The first rows of a list, and how many it has. */
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
    limit: number,
    shownFields: string,
  ): Promise<Page<Row>> => {
    const release = needsRelease(filters, query) ? (await status()).version : undefined;
    assertKnown(filters, query, release);
    const page = await list(
      http,
      model,
      row,
      { ...query, fields: shownFields, exclude: 'config_context' },
      limit,
    );
    assertFiltered(filters, query, page.rows, `GET ${model}`);
    return page;
  };
  return {
    settings: http.settings,
    status,
    devices: (query: Query, limit: number) =>
      filtered(path`/dcim/devices/`, Device, deviceFilters, query, limit, fields.device),
    machines: (query: Query, limit: number) =>
      filtered(
        path`/virtualization/virtual-machines/`,
        Machine,
        machineFilters,
        query,
        limit,
        fields.machine,
      ),
    addresses: (query: Query, limit: number) =>
      filtered(path`/ipam/ip-addresses/`, Address, addressFilters, query, limit, fields.address),
    prefixes: (query: { q: string } | { contains: string }, limit: number) =>
      list(http, path`/ipam/prefixes/`, Prefix, { ...query, fields: fields.prefix }, limit),
    vlans: (query: { q: string }, limit: number) =>
      list(http, path`/ipam/vlans/`, Vlan, { ...query, fields: fields.vlan }, limit),
    sites: (query: { q: string }, limit: number) =>
      list(http, path`/dcim/sites/`, Site, { ...query, fields: fields.site }, limit),
  };
}

/** One NetBox, as the tools see it. Lists take `limit` rows and know how many there are. */
export type Netbox = ReturnType<typeof reads>;

export const { read, health, doctor, inventory } = defineClient({
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
  limit: number,
): Promise<Page<Row>> {
  const rows: Row[] = [];
  for (;;) {
    const page = await http.get(model, pageOf(row), {
      ...query,
      limit: limit - rows.length,
      offset: rows.length || undefined,
    });
    rows.push(...page.results);
    if (page.results.length === 0 || rows.length >= limit || rows.length >= page.count)
      return { rows: rows.slice(0, limit), total: page.count };
  }
}
