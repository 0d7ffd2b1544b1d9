import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allTools } from '../../src/catalog.ts';
import { createRuntime, type Runtime } from '../../src/core/runtime.ts';
import { incidents } from '../../src/demo/incidents/index.ts';
import { createWorld } from '../../src/demo/world/index.ts';
import { homelabTools } from '../../src/homelab/index.ts';
import { lookOf } from '../../src/homelab/look.ts';
import { restrictTo } from '../../src/mcp/http/auth/grant.ts';
import { services } from '../../src/services/index.ts';
import { examplesOf, ids, prefix, type Examples } from '../contract/examples.ts';
import { caller, connect, lab, type Lab } from '../harness.ts';

/** What a caller asks at a door, and what it is told there: an error is an answer too. */
type Doors = Map<string, string>;

/** Faults of several services, so that there is something to find, to join and to explain. */
const faults = ['guest-down', 'backup-failed', 'datastore-filling'] as const;

describe('a caller limited to one service is told by no door what only others know', () => {
  it.each(ids)('%s', async (id) => {
    const world = createWorld();
    const whole = await lab({ world });
    for (const fault of faults) incidents[fault]?.apply(world);
    await whole.call('guest_restart', { vmid: 'wiki', confirm: true });
    await whole.call('dns_add_record', {
      domain: 'fresh.lab.example.net',
      ip: '10.0.20.99',
      confirm: true,
    });
    const everything = await lookOf(whole.house);
    expect(everything.incidents.length).toBeGreaterThanOrEqual(faults.length);

    const limited = restrictTo(whole.house, {
      caller: 'limited',
      write: true,
      approve: false,
      services: new Set([id]),
    });
    const alone = runtimeOf(id, whole);
    const examples = await allExamples();
    const ownLook = await lookOf(limited);
    const aloneLook = await lookOf(alone);
    expect([...ownLook.map.things.keys()].sort()).toEqual([...aloneLook.map.things.keys()].sort());
    expect(ownLook.incidents.map((incident) => incident.id).sort()).toEqual(
      aloneLook.incidents.map((incident) => incident.id).sort(),
    );

    const told = await ask(limited, examples);
    const control = await ask(alone, examples);
    expect([...told.keys()]).toEqual([...control.keys()]);
    const own = wordsIn([...control.values()].join('\n'));
    const names = [...new Set([...everything.map.things.values()].map(({ title }) => title))];
    const foreign = names.filter((name) => name.length > 2 && !own.has(name));
    expect(foreign.length, 'names that only others know').toBeGreaterThan(50);
    const leaks = [...told].flatMap(([door, text]) => {
      const words = wordsIn(text);
      return foreign.filter((name) => words.has(name)).map((name) => `${door}: ${name}`);
    });
    expect(leaks).toEqual([]);
  });

  it('which the doors tell a caller that sees everything', async () => {
    const whole = await lab();
    const words = wordsIn([...(await ask(whole.house, await allExamples())).values()].join('\n'));
    const { map } = await lookOf(whole.house);
    for (const kind of ['guest', 'node', 'site', 'datastore'] as const) {
      const titles = map.ofKind(kind).map(({ title }) => title);
      expect(titles.filter((title) => words.has(title)).length, kind).toBeGreaterThan(0);
    }
  });
});

/** A Lares that has one service only, on the same servers. */
function runtimeOf(id: string, { env, world }: Lab): Runtime {
  const stateDir = mkdtempSync(join(tmpdir(), 'lares-alone-'));
  const own = Object.entries(env).filter(
    ([name]) => name.startsWith(prefix(id)) || name.startsWith('LARES_'),
  );
  const runtime = createRuntime(
    services,
    { ...Object.fromEntries(own), LARES_STATE_DIR: stateDir },
    () => world.now(),
  );
  onTestFinished(async () => {
    await runtime.close();
    rmSync(stateDir, { recursive: true, force: true });
  });
  return runtime;
}

async function allExamples(): Promise<Examples> {
  const own = await Promise.all(ids.map(examplesOf));
  const across = homelabTools.map(({ name, example }) => [name, example] as const);
  return Object.assign(Object.fromEntries(across), ...own) as Examples;
}

/** Every door of the protocol that reads, with what leads to things of every service; a write is only previewed. */
async function ask(runtime: Runtime, examples: Examples): Promise<Doors> {
  const client = await connect(runtime, '2026-07-28');
  const doors: Doors = new Map([['instructions', client.getInstructions() ?? '']]);
  const call = caller(client);
  const tell = async (door: string, answer: () => Promise<unknown>): Promise<void> => {
    const text = await answer().then(JSON.stringify, (error: Error) => error.message);
    doors.set(door, text);
  };
  await tell('tools/list', () => client.listTools());
  for (const { name } of allTools)
    await tell(`tool ${name}`, () => call(name, { ...examples[name] }));
  await tell('tool service_health of others', () =>
    call('service_health', { services: ['proxmox', 'caddy'] }),
  );
  await askResources(client, tell);
  await askPrompts(client, tell);
  await client.close();
  return doors;
}

type Tell = (door: string, answer: () => Promise<unknown>) => Promise<void>;

/** Of things that some service knows, one of each kind. */
const subjects: Readonly<Record<string, string>> = {
  id: '30062',
  name: 'pve-mini1',
  host: 'jellyfin.lab.example.net',
  address: '10.0.30.61',
  service: 'proxmox',
  path: 'a.md',
  guest: '30062',
  finding: 'proxmox.guest-down/30061',
};

async function askResources(client: Client, tell: Tell): Promise<void> {
  await tell('resources/list', () => client.listResources());
  const { resources } = await client.listResources();
  for (const { uri } of resources) await tell(uri, () => client.readResource({ uri }));
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resourceTemplates.length).toBeGreaterThan(0);
  for (const { uriTemplate } of resourceTemplates) {
    const uri = uriTemplate.replace(/\{(\w+)\}/, (_, name: string) => subjects[name] ?? 'n8n');
    await tell(uri, () => client.readResource({ uri }));
    const [, name = ''] = /\{(\w+)\}/.exec(uriTemplate) ?? [];
    for (const value of ['', 'n', '1'])
      await tell(`complete ${uriTemplate} ${value}`, () =>
        client.complete({
          ref: { type: 'ref/resource', uri: uriTemplate },
          argument: { name, value },
        }),
      );
  }
}

async function askPrompts(client: Client, tell: Tell): Promise<void> {
  const { prompts } = await client.listPrompts();
  for (const { name, arguments: needed = [] } of prompts) {
    const given = needed.map((argument) => [argument.name, subjects[argument.name] ?? 'n8n']);
    await tell(`prompt ${name}`, () =>
      client.getPrompt({ name, arguments: Object.fromEntries(given) as Record<string, string> }),
    );
    for (const argument of needed)
      await tell(`complete ${name} ${argument.name}`, () =>
        client.complete({
          ref: { type: 'ref/prompt', name },
          argument: { name: argument.name, value: '' },
        }),
      );
  }
}

/** Whether a name stands in a text: not as a part of a longer one. */
function wordsIn(text: string): { has(name: string): boolean } {
  const words = new Set(text.split(/[^\p{L}\p{N}_.:@#/-]+/u).flatMap(variants));
  return {
    has: (name) => (/[^\p{L}\p{N}_.:@#/-]/u.test(name) ? text.includes(name) : words.has(name)),
  };
}

/** `caddy.upstream-down/10.0.30.61:8000.` names the address with its port, and without. */
function variants(word: string): string[] {
  const bare = word.replace(/[.:]+$/, '');
  return [bare, ...bare.split('/'), bare.replace(/:\d+$/, '')];
}
