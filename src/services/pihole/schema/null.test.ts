import { expect, test } from 'vitest';
import { refusesNull } from '../../../../test/absent-or-null.ts';
import answers from '../fixtures/answers.json' with { type: 'json' };
import * as schema from './index.ts';

const dns = {
  config: {
    dns: {
      hosts: ['10.0.0.1 a.lan'],
      cnameRecords: [],
      upstreams: ['9.9.9.9'],
      blocking: { active: true, mode: 'NULL' },
      specialDomains: {
        mozillaCanary: true,
        iCloudPrivateRelay: true,
        designatedResolver: true,
      },
    },
  },
};

test.each([
  ['version', schema.Version, answers.version],
  ['ftl', schema.Ftl, answers.ftl],
  ['summary', schema.Summary, answers.summary],
  ['queries', schema.Queries, answers.queries],
  ['messages', schema.Messages, answers.messages],
  ['interfaces', schema.Interfaces, answers.interfaces],
  ['search', schema.Search, answers.search],
  ['blocking', schema.Blocking, answers.blockingTimer],
  ['sessions', schema.Sessions, answers.sessions],
  ['hosts', schema.DetailedHosts, answers.hostsDetailed],
  ['dns', schema.Dns, dns],
  ['read-only', schema.ReadOnly, { config: { misc: { readOnly: true } } }],
  ['app_sudo', schema.AppSudo, { config: { webserver: { api: { app_sudo: true } } } }],
] as const)('%s: what may be absent may be null', (_, form, sample) => {
  expect(form.safeParse(sample).success).toBe(true);
  expect(refusesNull(form, sample)).toEqual([]);
});
