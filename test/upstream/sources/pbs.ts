import { answered, json } from '../library.ts';
import { at, type Upstream } from '../upstream.ts';
import { viewer } from './proxmox.ts';

const base = '/api2/json';
const endpoint = (path: string): string => `GET ${base}${path}`;

export const pbs: Upstream = {
  name: 'pbs',
  of: { service: 'pbs' },
  source: 'Proxmox Backup Server: API viewer of 4.2, answers recorded on 4.x',
  asked: [
    ...[
      '/version',
      '/access/permissions',
      '/status/datastore-usage',
      '/admin/datastore',
      '/admin/gc',
      '/admin/verify',
      '/admin/prune',
      '/admin/sync',
    ].map(endpoint),
    ...['status', 'namespace', 'groups', 'snapshots'].map((path) =>
      endpoint(`/admin/datastore/{store}/${path}`),
    ),
    ...['tasks', 'tasks/{upid}/log'].map((path) => endpoint(`/nodes/localhost/${path}`)),
  ],
  describe: viewer('proxmox/pbs-api-schema-4.2.json', {}),
  recorded: () =>
    Object.entries(json('proxmox/rec-pbs4-jobs-gc-snapshot.json')).flatMap(([name, rows]) => {
      const [, path] = /^GET (\/admin\/\w+)/.exec(name) ?? [];
      if (path) return [answered(endpoint(path), { data: rows })];
      return name.includes('/snapshots')
        ? [
            answered(endpoint('/admin/datastore/main/snapshots'), {
              data: [{ ...(rows as object), files: [] }],
            }),
          ]
        : [];
    }),
  sheet: {
    [endpoint('/access/permissions')]: {
      says: 'proxmox-ve.md §2.3, which the sheet of PBS follows',
      reply: { data: 'object', 'data.*': 'object', 'data.*.*': 'boolean' },
    },
    ...Object.fromEntries(
      ['verify', 'prune', 'sync'].map((kind) => [
        endpoint(`/admin/${kind}`),
        { says: '§3', reply: { digest: 'string' } },
      ]),
    ),
    [endpoint('/status/datastore-usage')]: {
      says: '§4.1',
      reply: { 'data[].history[]': 'number|null' },
    },
    [endpoint('/admin/datastore/{store}/snapshots')]: {
      says: '§5.3',
      reply: at('data[].files[]', {
        '': 'object',
        filename: 'string',
        'crypt-mode': 'string?',
        size: 'integer?',
      }),
    },
    [endpoint('/nodes/localhost/tasks')]: {
      says: '§3, §7',
      reply: { total: 'integer', 'data[].worker_id': 'string|null?' },
    },
    [endpoint('/nodes/localhost/tasks/{upid}/log')]: {
      says: '§7',
      reply: {
        total: 'integer',
        success: 'integer',
        ...at('data[]', { '': 'object', n: 'integer', t: 'string' }),
      },
    },
  },
};
