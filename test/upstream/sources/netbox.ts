import { answered, json, openApi } from '../library.ts';
import type { Described } from '../openapi.ts';
import type { Upstream } from '../upstream.ts';

/** `fields` and `exclude` choose what a row has, so each of its fields may be missing. */
function selective(operation: Described | undefined): Described | undefined {
  for (const field of operation?.reply?.fields.get('results')?.form.items?.fields.values() ?? [])
    field.optional = true;
  return operation;
}

export const netbox: Upstream = {
  name: 'netbox',
  of: { service: 'netbox' },
  source: 'NetBox: OpenAPI of 4.2.2, status answers recorded on 4.2.5 and 4.6.4',
  asked: [
    'status',
    'dcim/devices',
    'dcim/sites',
    'ipam/ip-addresses',
    'ipam/ip-ranges',
    'ipam/prefixes',
    'ipam/vlans',
    'ipam/vrfs',
    'virtualization/virtual-machines',
  ].map((path) => `GET /api/${path}/`),
  describe: (method, path) =>
    selective(openApi('netbox-openapi-4.2.2-trimmed.json').operation(method, path)),
  recorded: () =>
    Object.entries(json('netbox-recorded.json')).flatMap(([name, entry]) =>
      name.startsWith('GET /api/status/')
        ? [answered('GET /api/status/', (entry as { body: unknown }).body)]
        : [],
    ),
  older: () =>
    Object.entries(json('netbox-recorded.json')).flatMap(([name, entry]) =>
      name.startsWith('GET /api/dcim/devices/')
        ? [
            answered('GET /api/dcim/devices/', {
              count: 50,
              next: null,
              previous: null,
              results: (entry as { results: unknown }).results,
            }),
          ]
        : [],
    ),
  sheet: {
    'GET /api/status/': {
      says: '§5',
      reply: {
        '': 'object',
        'installed-apps': 'object?',
        'installed-apps.*': 'string',
        installed_apps: 'object?',
        'installed_apps.*': 'string',
        plugins: 'object',
        'plugins.*': 'string',
      },
    },
    ...Object.fromEntries(
      ['dcim/devices', 'virtualization/virtual-machines'].map((model) => [
        `GET /api/${model}/`,
        {
          says: '§3; §5: a choice that is blank is null',
          query: ['exclude', 'fields'],
          reply:
            model === 'dcim/devices'
              ? { 'results[].airflow': 'object|null?', 'results[].face': 'object|null?' }
              : {},
        },
      ]),
    ),
    'GET /api/ipam/ip-addresses/': {
      says: '§3; §5: a choice that is blank is null',
      query: ['exclude', 'fields'],
      reply: { 'results[].role': 'object|null?' },
    },
    ...Object.fromEntries(
      ['dcim/sites', 'ipam/ip-ranges', 'ipam/prefixes', 'ipam/vlans', 'ipam/vrfs'].map((model) => [
        `GET /api/${model}/`,
        { says: '§3', query: ['fields'] },
      ]),
    ),
  },
};
