import { describe, expect, it } from 'vitest';
import { lab } from '../harness.ts';

const { N8N_URL, N8N_API_KEY } = process.env;
const env = { N8N_URL: N8N_URL ?? '', N8N_API_KEY: N8N_API_KEY ?? '' };
const there = Boolean(N8N_URL && N8N_API_KEY);
if (!there) console.warn('SKIPPED: a real n8n: N8N_URL and N8N_API_KEY point to none');

// It only reads: any n8n will do, also one that people use.
describe.skipIf(!there)('a real n8n', () => {
  it('answers the check-up with everything checked', async () => {
    const { call } = await lab({ only: [], env });
    const [state] = (await call('service_health', { service: 'n8n' })).data.services;
    expect(['ok', 'degraded']).toContain(state.state);
    expect(state.version).toMatch(/^[12]\./);
    expect(state.gaps).toBeUndefined();
    expect(Number.isInteger(state.facts['workflows active'])).toBe(true);
  });

  it('lists workflows and runs that belong together, without anything of their insides', async () => {
    const { call } = await lab({ only: [], env });
    const workflows = await call('n8n_list_workflows', { limit: 500 });
    const runs = await call('n8n_list_executions', { limit: 50 });
    expect([workflows.isError, runs.isError]).toEqual([false, false]);
    const names = new Set(workflows.data.workflows.map(({ name }: { name: string }) => name));
    for (const { workflow, id, status } of runs.data.executions) {
      expect(id).toMatch(/^\d+$/);
      expect([
        'success',
        'error',
        'crashed',
        'canceled',
        'waiting',
        'running',
        'new',
        'unknown',
      ]).toContain(status);
      if (workflow !== undefined) expect(names).toContain(workflow);
    }
    expect(JSON.stringify([workflows.data, runs.data])).not.toMatch(
      /"(?:parameters|nodes|stack|pinData|projectRelations)"/,
    );
  });

  it.each(['failed', 'success', 'running', 'waiting', 'canceled'])(
    'takes every status it offers: %s',
    async (status) => {
      const { call } = await lab({ only: [], env });
      const { isError, data, text } = await call('n8n_list_executions', {
        status,
        since: '-30d',
        limit: 5,
      });
      expect([isError, text]).toEqual([false, expect.any(String)]);
      expect(data.executions.length).toBeLessThanOrEqual(5);
      // Which generation of the API it is decides, and 2.0 still has that of 1.x.
      const { status: discover } = await fetch(`${N8N_URL}/api/v1/discover`, {
        headers: { 'X-N8N-API-KEY': env.N8N_API_KEY },
      });
      expect(data.notes !== undefined).toBe(discover === 404 && status === 'waiting');
    },
  );

  it('refuses a wrong key with words', async () => {
    const { call } = await lab({
      only: [],
      env: { ...env, N8N_API_KEY: 'eyJhbGciOiJIUzI1NiJ9.e30.wrong' },
    });
    expect(await call('n8n_list_workflows')).toMatchObject({
      isError: true,
      text: expect.stringContaining('The API key is wrong or has ended'),
    });
  });

  it('does not take the editor for the API', async () => {
    const { call } = await lab({
      only: [],
      env: { ...env, N8N_URL: `${env.N8N_URL.replace(/\/$/, '')}/elsewhere` },
    });
    expect(await call('n8n_list_workflows')).toMatchObject({ isError: true });
  });
});
