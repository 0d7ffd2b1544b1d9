import { allTools } from '../../src/catalog.ts';
import { incidents } from '../../src/demo/incidents/index.ts';
import { createWorld, type World } from '../../src/demo/world/index.ts';
import type { FakePrometheus } from '../../src/services/prometheus/fake/index.ts';
import { examplesOf } from '../contract/examples.ts';
import { lab, type Lab } from '../harness.ts';
import { type Ask, further } from './further.ts';

/** A request Lares sent, and what the fake answered. `old`: in its older release. */
export interface Visit {
  old: boolean;
  server: number;
  method: string;
  path: string;
  query: string[];
  body: string[];
  status: number;
  contentType: string;
  answer: string;
}

/** Everything one service is asked: its examples, writes previewed and done, `service_health`, `doctor` and the inventory, in the healthy homelab, in one with its older release, and in each of its incidents. */
export function visitsOf(id: string): Promise<readonly Visit[]> {
  const known = visited.get(id) ?? visitsOnce(id);
  visited.set(id, known);
  return known;
}

const visited = new Map<string, Promise<readonly Visit[]>>();

async function visitsOnce(id: string): Promise<readonly Visit[]> {
  const seen: Visit[] = [];
  const asks = [
    ['service_health', {}] as const,
    ...(await ownExamples(id)),
    ...(further[id] ?? []),
  ];
  for (const old of [false, true]) for (const ask of asks) await asked(id, ask, seen, old);
  for (const { expect, apply } of Object.values(incidents))
    if (expect?.startsWith(`${id}.`)) await asked(id, ['service_health', {}, apply], seen, false);
  return seen;
}

async function ownExamples(id: string): Promise<Ask[]> {
  const examples = await examplesOf(id);
  return allTools
    .filter(({ service }) => service === id)
    .flatMap(({ name, kind }): Ask[] => {
      const args = examples[name] ?? {};
      return kind === 'write'
        ? [
            [name, args],
            [name, { ...args, confirm: true }],
          ]
        : [[name, args]];
    });
}

/** Asks in a house of its own, and closes it, so that what is sent at the end is seen as well. */
async function asked(
  id: string,
  [tool, args, apply]: Ask,
  seen: Visit[],
  old: boolean,
): Promise<void> {
  const world = createWorld();
  if (old) age(world);
  apply?.(world);
  const home = await lab({ only: [id], world });
  if (old && id === 'prometheus')
    Object.assign((home.fake(id) as FakePrometheus).knobs, {
      version: '2.42.0',
      alertmanagerVersion: '0.25.0',
    });
  watch(home, id, seen, old);
  await home.call(tool, args);
  if (tool === 'service_health') {
    await doctor(home, id);
    // Reads what every service knows by name, with its addresses.
    await home.client.readResource({ uri: 'lares://inventory/ips' });
  }
  await home.house.close();
}

/** The releases that speak differently, where the fake has them. */
function age({ n8n, semaphore, graylog, proxy }: World): void {
  n8n.version = '1.123.81';
  semaphore.version = '2.9.64';
  graylog.version = '5.0.13+083613e';
  proxy.version = '2.6';
}

function watch(home: Lab, id: string, seen: Visit[], old: boolean): void {
  for (const [server, loopback] of home.fake(id).servers.entries()) {
    loopback.observer = (
      { method, path, query, headers, body },
      { drop, status = 200, headers: answered = {}, body: answer = '' },
    ) => {
      const contentType =
        Object.entries(answered).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
      if (!drop)
        seen.push({
          old,
          server,
          method,
          path,
          query: [...new Set(query.keys())],
          body: keysOf(body, headers['content-type']),
          status,
          contentType,
          answer: String(answer),
        });
    };
  }
}

const keysOf = (body: string, type = ''): string[] =>
  body === ''
    ? []
    : type.includes('json')
      ? Object.keys(JSON.parse(body) as object)
      : [...new URLSearchParams(body).keys()];

async function doctor({ house: runtime, world }: Lab, id: string): Promise<void> {
  const configured = runtime.services.find(({ service }) => service.id === id);
  const behaviour = await configured?.service.load();
  for (const instance of configured?.instances ?? []) {
    await behaviour
      ?.doctor({
        signal: new AbortController().signal,
        progress: () => undefined,
        now: () => world.now(),
        instances: new Map([instance]),
        failed: () => undefined,
      })
      .catch(() => undefined);
  }
}
