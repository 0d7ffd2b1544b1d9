import { describe, expect, it } from 'vitest';
import { allTools } from '../../src/catalog.ts';
import { fieldsOf } from '../../src/core/config/env.ts';
import { services } from '../../src/services/index.ts';
import { eras, lab } from '../harness.ts';
import { examplesOf } from './examples.ts';

/** What holds for every service, so that a new one inherits it. */
describe.each(services.map((service) => [service.id, service] as const))('%s', (id, service) => {
  const own = allTools.filter((tool) => tool.service === id);

  it('is well in a healthy homelab: answers, names its version, finds nothing wrong, leaves nothing unchecked', async () => {
    const { call, writes } = await lab({ only: [id] });
    const { data, text } = await call('service_health', { service: id });
    const [state] = data.services;
    expect(state).toMatchObject({
      service: id,
      state: 'ok',
      version: expect.stringMatching(/\d/),
      headline: expect.any(String),
    });
    expect(
      state.findings.filter(({ severity }: { severity: string }) => severity !== 'info'),
    ).toEqual([]);
    expect(data.overall).toBe('ok');
    expect(text).toMatch(/^(All clear|Nothing is broken)/);
    expect(writes(id)).toEqual([]);
  });

  it('alone, brings its own tools and those of the whole homelab, nothing else', async () => {
    const { client } = await lab({ only: [id] });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(
      ['service_health', 'explain', ...own.map(({ name }) => name)].sort(),
    );
  });

  it('not configured, has no tools, and health says so', async () => {
    const { client, call } = await lab({ only: [] });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      'service_health',
      'explain',
    ]);
    const { data, text } = await call('service_health');
    expect(data.services).toContainEqual({
      service: id,
      title: service.title,
      state: 'not_configured',
      findings: [],
    });
    expect([data.overall, text]).toEqual([
      'unknown',
      expect.stringMatching(/^Nothing is configured/),
    ]);
  });

  it('configured by half, has no tools, and health and doctor name what is missing', async () => {
    const secret =
      fieldsOf(service).own.find((field) => field.secret) ??
      fieldsOf(service).own.find((field) => field.variable.endsWith('_PASSWORD'));
    if (!secret) return expect(fieldsOf(service).own.some((field) => field.required)).toBe(true);
    const { client, call } = await lab({
      only: [],
      env: { [secret.variable]: 'half-a-configuration' },
    });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      'service_health',
      'explain',
    ]);
    const { data, text } = await call('service_health', { service: id });
    expect(data.services[0]).toMatchObject({
      state: 'invalid_config',
      problem: expect.stringContaining(`${id.toUpperCase()}_`),
    });
    expect(data.overall).toBe('unknown');
    expect(text).not.toContain('half-a-configuration');
  });

  it('tells the operator what its credentials may do', async () => {
    const { house: runtime, world } = await lab({ only: [id] });
    const configured = runtime.services.find((one) => one.service.id === id);
    const behaviour = await service.load();
    for (const [name, connection] of configured?.instances ?? []) {
      const { version, rights } = await behaviour.doctor({
        signal: new AbortController().signal,
        progress: () => undefined,
        now: () => world.now(),
        instances: new Map([[name, connection]]),
        failed: () => undefined,
      });
      expect(version).toMatch(/\d/);
      expect(rights.filter(({ granted }) => granted === false)).toEqual([]);
    }
  });

  it('has an example for every tool', async () => {
    expect(Object.keys(await examplesOf(id)).sort()).toEqual(own.map(({ name }) => name).sort());
  });

  it.each(
    own
      .filter(({ kind }) => kind === 'read')
      .flatMap(({ name }) => eras.map((era) => ({ name, era }))),
  )(
    '$name answers a client of $era whole, in text and in data, and writes nothing',
    async ({ name, era }) => {
      const { call, client, writes } = await lab({ only: [id], era });
      await client.listTools();
      const { isError, text, data } = await call(name, (await examplesOf(id))[name]);
      expect(isError, text).toBe(false);
      expect(text.trim().length).toBeGreaterThan(10);
      expect(text).not.toMatch(/undefined|\[object Object\]|NaN(?!\w)/);
      expect(data).not.toHaveProperty('partial');
      expect(writes(id)).toEqual([]);
    },
  );

  it.each(own.map(({ name }) => name))(
    '%s refuses an argument it does not know in one line that says what it takes',
    async (name) => {
      const { call, requests } = await lab({ only: [id] });
      const { isError, text } = await call(name, {
        ...(await examplesOf(id))[name],
        no_such_argument: 1,
      });
      expect([isError, text]).toEqual([
        true,
        expect.stringMatching(/^[^\n]*no_such_argument[^\n]*It takes: [^\n]*$/),
      ]);
      expect(requests(id)).toEqual([]);
    },
  );

  it.each(
    own.flatMap(({ name, input }) =>
      Object.entries(input.properties)
        .filter(([, property]) => property['type'] === 'string' && !property['enum'])
        .map(([argument]) => ({ name, argument })),
    ),
  )('$name: nothing in $argument leaves its place in a request', async ({ name, argument }) => {
    const { call, requests, writes } = await lab({ only: [id] });
    for (const nasty of [
      '../../etc/passwd',
      '..',
      'a/b?c=d#e',
      '\u0000\u202e',
      '%2e%2e%2f',
      'x'.repeat(5_000),
    ]) {
      await call(name, { ...(await examplesOf(id))[name], [argument]: nasty });
      for (const { path } of requests(id)) {
        expect(path).not.toMatch(/(^|\/)\.\.?(\/|$)|#|\s/);
        expect(() => decodeURIComponent(path)).not.toThrow();
      }
    }
    expect(writes(id)).toEqual([]);
  });
});
