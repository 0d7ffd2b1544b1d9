import { readdirSync, readFileSync } from 'node:fs';
import { services } from '../../src/services/index.ts';

/** An answer kept with a service, and the request it is an answer to. */
export interface Kept {
  file: string;
  key: string;
  upstream: string;
  endpoint: string;
  answer: unknown;
}

type Content = Record<string, unknown>;
interface Recorded {
  path: string;
  status: number;
  body: unknown;
}

const graylog: Readonly<Record<string, string>> = {
  system: 'GET /api/system',
  indexCluster: 'GET /api/system/indexer/cluster/health',
  inputStates: 'GET /api/cluster/inputstates',
  clusterStats: 'GET /api/system/cluster/stats',
  traffic: 'GET /api/system/cluster/traffic',
  failureCount: 'GET /api/system/indexer/failures/count',
  failures: 'GET /api/system/indexer/failures',
  cluster: 'GET /api/cluster',
  journal: 'GET /api/cluster/1/journal',
  streams: 'GET /api/streams',
  body: 'POST /api/views/search/sync',
};
const pihole: Readonly<Record<string, string>> = {
  version: 'info/version',
  ftl: 'info/ftl',
  summary: 'stats/summary',
  queries: 'queries',
  messagesNone: 'info/messages',
  messages: 'info/messages',
  interfaces: 'network/interfaces',
  search: 'search/x',
  blocking: 'dns/blocking',
  blockingTimer: 'dns/blocking',
  sessions: 'auth/sessions',
  hosts: 'config/dns/hosts',
  hostsDetailed: 'config/dns/hosts',
  cnameRecords: 'config/dns/cnameRecords',
  unknownConfig: 'config/misc/readOnly',
};
const semaphore: Readonly<Record<string, string>> = {
  templates: 'GET /api/project/1/templates',
  started: 'POST /api/project/1/tasks',
  running: 'GET /api/project/1/tasks/1',
  finished: 'GET /api/project/1/tasks/1',
};

const named =
  (names: Readonly<Record<string, string>>) =>
  (key: string): string | undefined =>
    names[key];
const proxmoxPath = (key: string): string | undefined => {
  const [, path] = /GET (\/[^\s?,]*)/.exec(key) ?? [];
  return path && `GET /api2/json${path}`;
};

/** How the keys of a fixture name requests, by the file's path; a file without an entry is not an answer of an endpoint. */
const layouts: readonly [
  file: RegExp,
  upstream: string,
  endpoint: (key: string, file: string) => string | undefined,
][] = [
  [
    /^caddy\//,
    'caddy',
    named({ config: 'GET /config/', upstreams: 'GET /reverse_proxy/upstreams' }),
  ],
  [/^graylog\//, 'graylog', named(graylog)],
  [
    /^n8n\/.*-1\./,
    'n8n-1.123.81',
    (_, file) =>
      `GET /api/v1/${/executions/.test(file) ? 'executions' : /workflows/.test(file) ? 'workflows' : 'executions/1'}`,
  ],
  [
    /^n8n\/.*-2\./,
    'n8n-2.41.1',
    (_, file) =>
      `GET /api/v1/${/executions/.test(file) ? 'executions' : /workflows/.test(file) ? 'workflows' : 'executions/1'}`,
  ],
  [
    /^netbox\//,
    'netbox',
    (_, file) =>
      `GET /api/${/status/.test(file) ? 'status' : /devices/.test(file) ? 'dcim/devices' : 'ipam/ip-addresses'}/`,
  ],
  [/^pbs\//, 'pbs', proxmoxPath],
  [/^pihole\/answers/, 'pihole', (key) => pihole[key] && `GET /api/${pihole[key]}`],
  [
    /^proxmox\/agent/,
    'proxmox',
    () => 'GET /api2/json/nodes/a/qemu/1/agent/network-get-interfaces',
  ],
  [/^proxmox\//, 'proxmox', proxmoxPath],
  [/^semaphore\/recorded/, 'semaphore-2.9.64', named(semaphore)],
];

/** Every answer in the fixtures of the services. */
export const kept: readonly Kept[] = services.flatMap(({ id }) => {
  const folder = new URL(`../../src/services/${id}/fixtures/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) =>
      answersIn(
        `${id}/${name}`,
        JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Content,
      ),
    );
});

function answersIn(file: string, content: Content): Kept[] {
  if (file.startsWith('prometheus/')) {
    const upstream = file.includes('alertmanager') ? 'alertmanager' : 'prometheus';
    return (content['answers'] as Recorded[])
      .filter(({ status }) => status === 200)
      .map(({ path, body }) => ({
        file,
        key: path,
        upstream,
        endpoint: `GET ${path.split('?')[0]}`,
        answer: body,
      }));
  }
  const layout = layouts.find(([pattern]) => pattern.test(file));
  if (!layout) return [];
  return Object.entries(content).flatMap(([key, answer]) => {
    const endpoint = key === 'source' ? undefined : layout[2](key, file);
    return endpoint
      ? [
          {
            file,
            key,
            upstream: layout[1],
            endpoint,
            answer: file.startsWith('pbs/')
              ? { data: Array.isArray(answer) ? answer : [{ files: [], ...(answer as object) }] }
              : answer,
          },
        ]
      : [];
  });
}
