import { answered, json, transcript } from '../library.ts';
import { form, type Form } from '../form.ts';
import type { Described } from '../openapi.ts';
import { described, type Dialect, type Schema } from '../schema.ts';
import type { Upstream } from '../upstream.ts';

interface Call {
  method: string;
  path: string;
  parameters?: Schema;
  returns?: Schema;
}
const base = '/api2/json';

/** The answer of a call inside the envelope of both Proxmox APIs, which is not in their schemas. */
const enveloped = (data: Form): Form => ({
  ...form('object'),
  fields: new Map([['data', { form: data, optional: false }]]),
});

/** Reads an API viewer's file. The node of PBS is always called localhost. */
export const viewer =
  (file: string, dialect: Partial<Dialect>) =>
  (method: string, path: string): Described | undefined => {
    const { endpoints } = json(file) as unknown as { endpoints: Call[] };
    const wanted = path.slice(base.length).replace('/nodes/localhost', '/nodes/{node}');
    const call = endpoints.find((one) => one.method === method && one.path === wanted);
    if (!call) return undefined;
    const whole: Dialect = {
      resolve: (reference) => {
        throw new Error(`${file}: ${reference}`);
      },
      requiredUnlessOptional: true,
      ...dialect,
    };
    const names = Object.keys(call.parameters?.properties ?? {})
      .filter((name) => !path.includes(`{${name}}`) && name !== 'node')
      .sort();
    return {
      query: names,
      body: method === 'GET' ? [] : names,
      reply: enveloped(described(call.returns ?? {}, whole)),
    };
  };

const [newer, older] = [
  viewer('proxmox/pve-api-schema-9.2.json', { booleans: 'integer' }),
  viewer('proxmox/pve-api-schema-8.4.json', { booleans: 'integer' }),
];
const endpoint = (path: string): string => `GET ${base}${path}`;
const body = (file: string): unknown => json(`proxmox/${file}.json`);

const replication = {
  ...Object.fromEntries(
    ['id', 'target', 'schedule', 'type', 'vmtype', 'source'].map((name) => [
      `data[].${name}`,
      'string',
    ]),
  ),
  ...Object.fromEntries(
    ['guest', 'jobnum', 'last_sync', 'last_try', 'next_sync', 'fail_count'].map((name) => [
      `data[].${name}`,
      'integer',
    ]),
  ),
  'data[].duration': 'number',
  'data[].error': 'string?',
  'data[].comment': 'string?',
  'data[].disable': 'integer?',
  'data[].rate': 'number?',
  'data[].pid': 'integer?',
};
const pressure = [
  'pressurecpusome',
  'pressurecpufull',
  'pressureiosome',
  'pressureiofull',
  'pressurememorysome',
  'pressurememoryfull',
];
const agent = {
  data: 'object',
  'data.result': 'array|object',
  'data.result.error': 'object?',
  'data.result.error.class': 'string',
  'data.result.error.desc': 'string',
  'data.result[]': 'object',
  'data.result[].name': 'string',
  'data.result[].hardware-address': 'string?',
  'data.result[].statistics': 'object?',
  'data.result[].statistics.*': 'integer?',
  'data.result[].ip-addresses': 'array?',
  'data.result[].ip-addresses[]': 'object',
  'data.result[].ip-addresses[].ip-address': 'string',
  'data.result[].ip-addresses[].ip-address-type': 'string',
  'data.result[].ip-addresses[].prefix': 'integer',
};

export const proxmox: Upstream = {
  name: 'proxmox',
  of: { service: 'proxmox' },
  source:
    'Proxmox VE: API viewer of 9.2 (parameters: those of 8.4 as well), answers recorded on 8.x, 9.x and the wire of 9.2.11',
  asked: [
    ...[
      '/version',
      '/access/permissions',
      '/cluster/resources',
      '/cluster/status',
      '/cluster/ha/status/current',
      '/cluster/backup',
      '/cluster/backup-info/not-backed-up',
      '/cluster/tasks',
    ].map(endpoint),
    ...[
      'status',
      'disks/list',
      'disks/zfs',
      'apt/update',
      'replication',
      'certificates/info',
      'tasks',
      'tasks/{upid}/status',
      'tasks/{upid}/log',
    ].map((path) => endpoint(`/nodes/{node}/${path}`)),
    ...['qemu', 'lxc'].flatMap((type) =>
      ['status/current', 'config', 'snapshot'].map((path) =>
        endpoint(`/nodes/{node}/${type}/{vmid}/${path}`),
      ),
    ),
    ...['lxc/{vmid}/interfaces', 'qemu/{vmid}/agent/network-get-interfaces'].map((path) =>
      endpoint(`/nodes/{node}/${path}`),
    ),
    ...['qemu', 'lxc'].flatMap((type) =>
      ['start', 'stop', 'shutdown', 'reboot'].map(
        (verb) => `POST ${base}/nodes/{node}/${type}/{vmid}/status/${verb}`,
      ),
    ),
  ],
  describe(method, path) {
    const [call, before] = [newer(method, path), older(method, path)];
    return (
      call && {
        ...call,
        query: call.query.filter((name) => before?.query.includes(name)),
        body: call.body.filter((name) => before?.body.includes(name)),
      }
    );
  },
  recorded: () => [
    ...transcript('pve-9.2.11-cap'),
    answered(endpoint('/nodes/pve1/qemu/100/status/current'), body('rec-pve8-qemu-status-current')),
    answered(endpoint('/nodes/pve1/lxc/101/interfaces'), body('rec-pve8-lxc-interfaces')),
  ],
  older: () => [
    ...Object.entries({
      '/cluster/resources': 'cluster-resources',
      '/cluster/status': 'cluster-status',
      '/nodes/node1/status': 'node-status',
      '/nodes/node1/lxc/101/config': 'lxc-config',
    }).map(([path, file]) => answered(endpoint(path), body(`rec-pve7-${file}`))),
    ...Object.values(json('proxmox/rec-pve6-agent-network-get-interfaces.json'))
      .filter((one) => typeof one === 'object')
      .map((one) => answered(endpoint('/nodes/node1/qemu/100/agent/network-get-interfaces'), one)),
  ],
  sheet: {
    [endpoint('/access/permissions')]: {
      says: '§2.3',
      reply: { data: 'object', 'data.*': 'object', 'data.*.*': 'integer' },
    },
    [endpoint('/nodes/{node}/status')]: { says: '§8', reply: { 'data.wait': 'number' } },
    [endpoint('/nodes/{node}/disks/list')]: {
      says: '§9.5; osdid-list and rpm: the expected answers of the disk tests of pve-storage',
      reply: {
        'data[].type': 'string',
        'data[].wearout': 'integer|string',
        'data[].rpm': 'integer',
        'data[].osdid-list': 'array|null',
      },
    },
    [endpoint('/nodes/{node}/replication')]: {
      says: '§9.5',
      reply: { 'data[]': 'object', ...replication },
    },
    [endpoint('/nodes/{node}/tasks/{upid}/status')]: {
      says: '§7',
      reply: { 'data.tokenid': 'string?' },
    },
    [endpoint('/nodes/{node}/tasks/{upid}/log')]: { says: '§7', reply: { total: 'integer' } },
    [endpoint('/nodes/{node}/lxc/{vmid}/snapshot')]: {
      says: '§5.6',
      reply: { 'data[].digest': 'string?', 'data[].running': 'integer?' },
    },
    [endpoint('/nodes/{node}/lxc/{vmid}/status/current')]: {
      says: '§5.3: pressure is text in containers',
      reply: {
        'data.pid': 'integer?',
        ...Object.fromEntries(pressure.map((name) => [`data.${name}`, 'string?'])),
      },
    },
    [endpoint('/nodes/{node}/lxc/{vmid}/interfaces')]: {
      says: '§5.5: null when the container does not run',
      reply: { data: 'array|null' },
    },
    [endpoint('/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces')]: {
      says: '§5.5',
      reply: agent,
    },
  },
};
