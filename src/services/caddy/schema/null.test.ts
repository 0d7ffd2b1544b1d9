import { expect, test } from 'vitest';
import { refusesNull } from '../../../../test/absent-or-null.ts';
import recorded from '../fixtures/recorded-2.11.4.json' with { type: 'json' };
import { Config, Upstreams } from './index.ts';

/** Every field that Lares reads of a config, at least once. */
const everything = {
  apps: {
    http: {
      http_port: 80,
      https_port: 443,
      servers: {
        srv0: {
          listen: [':443'],
          named_routes: { a: { handle: [{ handler: 'subroute', routes: [{ handle: [] }] }] } },
          errors: { routes: [{ group: 'g', match: [{ path: ['/'] }], handle: [] }] },
          automatic_https: {
            disable: false,
            skip: ['a.test'],
            disable_certificates: false,
            skip_certificates: ['a.test'],
            ignore_loaded_certificates: true,
          },
          tls_connection_policies: [
            {
              match: { sni: ['a.test'] },
              certificate_selection: { any_tag: ['a'], all_tags: ['b'] },
            },
          ],
          routes: [
            {
              group: 'g',
              match: [{ host: ['a.test'] }],
              handle: [
                {
                  handler: 'reverse_proxy',
                  upstreams: [{ dial: '10.0.0.1:80' }],
                  dynamic_upstreams: { source: 'srv', name: '_web._tcp' },
                  transport: { protocol: 'http', tls: {} },
                  load_balancing: { selection_policy: { policy: 'random' } },
                  health_checks: { active: {}, passive: { fail_duration: '30s', max_fails: 3 } },
                },
                { handler: 'coffee_machine' },
              ],
            },
          ],
        },
      },
    },
    tls: {
      automation: {
        policies: [
          {
            subjects: ['a.test'],
            on_demand: false,
            get_certificate: [{ via: 'tailscale' }],
            issuers: [{ module: 'acme', challenges: { dns: { provider: { name: 'x' } } } }],
          },
        ],
      },
      certificates: {
        automate: ['a.test'],
        load_files: [{ tags: ['a'] }],
        load_pem: [{ tags: ['b'] }],
        load_folders: ['/etc/ssl'],
        load_storage: { pairs: [{ tags: ['c'] }] },
      },
    },
  },
};

test.each([
  ['a whole config', Config, everything],
  ['the recorded config', Config, recorded.config],
  ['upstreams', Upstreams, recorded.upstreams],
] as const)('%s: what may be absent may be null', (_, form, sample) => {
  expect(form.safeParse(sample).success).toBe(true);
  expect(refusesNull(form, sample)).toEqual([]);
});
