import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lab, type Lab } from '../../../test/harness.ts';
import { configureService } from '../../core/config/env.ts';
import { createWorld } from '../../demo/world/index.ts';
import { fakeN8n, key, type FakeN8n, type Knobs } from './fake/index.ts';
import { executionDetail, executionRow, workflowRow } from './fake/rows.ts';
import { n8n as service } from './index.ts';
import { Execution, Failure, pageOf, versionIn, Workflow } from './schema/index.ts';
import { expiryOf } from './settings.ts';

const fixture = (name: string): any =>
  (
    JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as {
      body: unknown;
    }
  ).body;

async function refused(
  knobs: Partial<Knobs>,
  env: (fake: FakeN8n) => Record<string, string> = () => ({}),
  tool = 'n8n_list_workflows',
): Promise<{ text: string; one: Lab }> {
  const world = createWorld();
  const fake = await fakeN8n(world, knobs);
  onTestFinished(() => fake.close());
  const one = await lab({ only: [], world, env: { ...fake.env, ...env(fake) } });
  const { isError, text } = await one.call(tool);
  expect(isError).toBe(true);
  return { text, one };
}

describe('refusals', () => {
  test.each(['1.123.81', '2.41.1'])('a wrong key, %s', async (version) => {
    const { text } = await refused({ version }, () => ({
      N8N_API_KEY: 'eyJhbGciOiJIUzI1NiJ9.bm9uZQ.bm9uZQ',
    }));
    expect(text).toMatch(/401 [Uu]nauthorized.*The API key is wrong or has ended/);
  });

  test('a missing scope is named', async () => {
    expect(
      (
        await refused(
          { keys: [key(0, { scopes: ['workflow:list'] })] },
          undefined,
          'n8n_list_executions',
        )
      ).text,
    ).toMatch(/403 Forbidden.*lacks the scope: execution:list/);
  });

  test('a wrong address answers 200 with the editor: that is no empty list', async () => {
    const { text } = await refused({}, (fake) => ({ N8N_URL: `${fake.url}/wrong` }));
    expect(text).toMatch(/is not JSON \(text\/html/);
  });

  test('starting, or with its API switched off', async () => {
    const { text, one } = await refused({ apiOff: true }, undefined, 'n8n_list_executions');
    expect(text).toMatch(/404 a web page.*still starting.*N8N_PUBLIC_API_DISABLED/);
    expect((await one.call('service_health', { service: 'n8n' })).data).toMatchObject({
      services: [{ state: 'unreachable', problem: expect.stringContaining('still starting') }],
    });
  });

  test('gone', async () => {
    const { call, world } = await lab({ only: ['n8n'] });
    world.node('pve-mini5').offline = { since: world.now(), symptom: 'refused' };
    expect((await call('service_health', { service: 'n8n' })).data).toMatchObject({
      overall: 'unknown',
      services: [{ state: 'unreachable' }],
    });
  });
});

describe('configuration', () => {
  const reached = (url: string): unknown => {
    const { state, targets, problems } = configureService(service, {
      N8N_URL: url,
      N8N_API_KEY: 'n8n_api_0123456789abcdef',
    });
    const target = targets.get('default');
    return state === 'on'
      ? [target?.baseUrl, target?.also?.['root']?.baseUrl, target?.also?.['root']?.headers]
      : problems;
  };

  test("the editor's address or that of the API; the key never goes to the metrics", () => {
    expect(reached('https://n8n.example.net/')).toEqual([
      'https://n8n.example.net/api/v1',
      'https://n8n.example.net',
      {},
    ]);
    expect(reached('https://example.net/n8n')).toEqual([
      'https://example.net/n8n/api/v1',
      'https://example.net/n8n',
      {},
    ]);
    expect(reached('https://example.net/n8n/api/v1')).toEqual([
      'https://example.net/n8n/api/v1',
      'https://example.net/n8n',
      {},
    ]);
    expect(reached('https://example.net/public/v1/')).toEqual([
      'https://example.net/public/v1',
      'https://example.net',
      {},
    ]);
    expect(reached('n8n.example.net')).toEqual(['N8N_URL: must be an http or https URL']);
  });

  test('half a pair says which half', () => {
    expect(configureService(service, { N8N_URL: 'http://n8n' })).toMatchObject({
      state: 'invalid',
      problems: ['N8N_API_KEY is missing'],
    });
    expect(configureService(service, { N8N_API_KEY: 'x y' })).toMatchObject({
      state: 'invalid',
      problems: expect.arrayContaining([
        'N8N_URL is missing',
        'N8N_API_KEY holds a blank (U+0020), which no token does: is it one token, and whole?',
      ]),
    });
  });

  test('a key tells when it ends, if it is of the kind that does', () => {
    expect([
      expiryOf(key(0, { endsAt: 1_800_000_000_000 }).text),
      expiryOf(key(0).text),
      expiryOf('n8n_api_0123456789abcdef'),
    ]).toEqual([1_800_000_000_000, undefined, undefined]);
  });

  test('works under a path', async () => {
    const world = createWorld();
    const fake = await fakeN8n(world, { path: '/n8n' });
    onTestFinished(() => fake.close());
    const { call } = await lab({ only: [], world, env: fake.env });
    expect((await call('service_health', { service: 'n8n' })).data.services[0]).toMatchObject({
      state: 'ok',
      version: '2.41.1',
    });
    expect(fake.requests.find(({ path }) => path.endsWith('/metrics'))?.headers).not.toHaveProperty(
      'x-n8n-api-key',
    );
  });
});

describe('recorded answers', () => {
  test('workflows', () => {
    expect(pageOf(Workflow).parse(fixture('workflows-1.123.81')).data).toMatchObject([
      {
        id: '26Gtv5w01iutWZai',
        name: 'Check API',
        active: true,
        archived: false,
        triggers: ['webhook'],
        draft: false,
        keepsSuccesses: undefined,
      },
      { name: 'Waiter' },
      { name: 'Backup nightly' },
    ]);
    const { data, nextCursor } = pageOf(Workflow).parse(fixture('workflows-2.41.1'));
    expect([Object.keys(data[0] ?? {}).sort(), nextCursor]).toEqual([
      [
        'active',
        'archived',
        'draft',
        'hosts',
        'id',
        'keepsSuccesses',
        'name',
        'tags',
        'triggers',
        'updatedAt',
      ],
      'eyJsaW1pdCI6MSwib2Zmc2V0IjoxfQ==',
    ]);
  });

  test('executions: ids are texts, and rows have no workflow names', () => {
    expect(
      pageOf(Execution)
        .parse(fixture('executions-1.123.81'))
        .data.map(({ id, status }) => [id, status]),
    ).toEqual([
      ['3', 'success'],
      ['2', 'error'],
      ['1', 'error'],
    ]);
    expect(pageOf(Execution).parse(fixture('executions-2.41.1')).data[0]).toMatchObject({
      id: '4',
      status: 'waiting',
      waitTill: Date.parse('2026-11-23T03:28:47.955Z'),
      workflowId: 'qCLN8C9SAb51wTtf',
    });
  });

  test('failures: a few words out of everything a run was', () => {
    expect(Failure.parse(fixture('failed-code-1.123.81'))).toEqual({
      node: 'Copy files',
      message: 'disk full on nas01 [line 1]',
      description: undefined,
      kind: undefined,
      code: undefined,
    });
    expect(Failure.parse(fixture('failed-code-2.41.1'))).toMatchObject({
      node: 'Copy files',
      message: 'disk full on nas01 [line 1]',
      kind: 'WrappedExecutionError',
    });
    expect(Failure.parse(fixture('failed-http-1.123.81'))).toMatchObject({
      node: 'HTTP Request',
      message: 'The service refused the connection - perhaps it is offline',
      code: 'ECONNREFUSED',
      kind: 'NodeApiError',
    });
    expect(Failure.parse(fixture('waiting-1.123.81'))).toMatchObject({
      node: undefined,
      message: undefined,
    });
  });

  test('the failed step where n8n does not name the last one', () => {
    const { data } = fixture('failed-http-1.123.81');
    const { lastNodeExecuted: _, ...resultData } = data.resultData;
    expect(Failure.parse({ data: { resultData } }).node).toBe('HTTP Request');
    expect(Failure.parse({ data: { resultData: { runData: resultData.runData } } })).toMatchObject({
      node: 'HTTP Request',
      code: 'ECONNREFUSED',
    });
  });

  test('the version in the metrics, whatever their prefix', () => {
    const metrics = readFileSync(new URL('fixtures/metrics-1.123.81.txt', import.meta.url), 'utf8');
    expect([
      metrics.includes('n8n_nodejs_version_info{version="v20.20.2"'),
      versionIn(metrics),
    ]).toEqual([true, '1.123.81']);
    expect(versionIn('my_version_info{major="2",version="v2.41.1"} 1')).toBe('2.41.1');
    expect(versionIn('<!DOCTYPE html>')).toBeUndefined();
  });
});

describe('the fake answers in the fields that were recorded', () => {
  const world = createWorld();
  const [workflow] = world.n8n.workflows;
  const run = world.n8n.runs.find(({ status }) => status === 'error');
  if (!workflow || !run) throw new Error('a world without workflows and failures');
  const keys = (value: object): string[] => Object.keys(value).sort();

  test.each([
    [1, '1.123.81'],
    [2, '2.41.1'],
  ] as const)('%i: workflows and executions', (major, version) => {
    expect(keys(workflowRow(workflow, major))).toEqual(
      keys(fixture(`workflows-${version}`).data[0]),
    );
    const detail = fixture(`failed-code-${version}`);
    expect(keys(executionDetail(run, workflow, major, null, true))).toEqual(keys(detail));
    expect(keys(executionRow(run, null))).toEqual(keys(fixture(`executions-${version}`).data[0]));
  });
});
