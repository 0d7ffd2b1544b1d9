import * as z from 'zod';
import { createRuntime, type Runtime, type ConfiguredService } from '../src/core/runtime.ts';
import { callTool, type Caller, type Reply } from '../src/core/call.ts';
import { path, type ReadHttp, type WriteHttp } from '../src/core/http/index.ts';
import type { JsonObject } from '../src/core/base/json.ts';
import { lines, table } from '../src/core/base/table.ts';
import { defineClient, defineService, type Service, type Tool } from '../src/core/service.ts';
import { json, loopback, type Loopback, type LoopbackOptions } from '../src/demo/loopback.ts';

/** A service as small as one can be: lamps that are on or off. What the core promises is shown on it. */
const Lamp = z.object({ name: z.string(), on: z.boolean() });
const Lamps = z.object({ lamps: z.array(Lamp) }).transform(({ lamps }) => lamps);

export const { read, write, health, doctor } = defineClient({
  queries: /^\/search$/,
  silentStatus: (status) => status === 599,
  reads: (http: ReadHttp<{ room: string }>) => ({
    room: http.settings.room,
    lamps: () => http.get(path`/lamps`, Lamps),
    search: (text: string) => http.query(path`/search`, { text }, Lamps),
    notDeclared: () => http.query(path`/lamps/all/off`, {}, Lamps),
    signal: http.signal,
  }),
  writes: (http: WriteHttp<{ room: string }>) => ({
    turn: (name: string, on: boolean) => http.send('PUT', path`/lamps/${name}`, { on }),
  }),
});

const listLamps = read({
  name: 'list_lamps',
  title: 'List lamps',
  description: 'Every lamp.',
  example: {},
  input: z.strictObject({ name: z.string().optional().describe('Only names that contain this') }),
  output: z.object({ lamps: z.array(Lamp.extend({ instance: z.string() })) }),
  run: async ({ name = '' }, toy) => ({
    lamps: (await toy.all((one) => one.lamps())).flatMap(({ instance, value }) =>
      value.filter((lamp) => lamp.name.includes(name)).map((lamp) => ({ ...lamp, instance })),
    ),
  }),
  text: ({ lamps }) =>
    lines(
      `${lamps.length} lamps`,
      table(lamps, { lamp: ({ name }) => name, on: ({ on }) => String(on) }),
    ),
});

const turnLamp = write({
  name: 'turn_lamp',
  title: 'Turn a lamp',
  description: 'Turn one lamp on or off. Undo: turn_lamp.',
  example: { name: 'desk', on: true },
  risk: 'reversible',
  input: z.strictObject({
    name: z.string().describe('Lamp'),
    on: z.boolean().describe('On or off'),
  }),
  output: z.object({ turned: z.array(z.string()) }),
  async plan({ name, on }, toy) {
    const found = await toy.all(async (one) =>
      (await one.lamps()).find((lamp) => lamp.name === name),
    );
    if (found.every(({ value }) => value?.on === on))
      return { already: `${name} is ${on ? 'on' : 'off'} already.`, target: `toy/${name}` };
    return {
      summary: `turn ${name} ${on ? 'on' : 'off'}`,
      target: `toy/${name}`,
      labels: [`lamp:${name}`],
      before: found.map(({ instance, value }) => ({ instance, on: value?.on ?? null })),
      change: { name, on },
      undo: { tool: 'turn_lamp', arguments: { name, on: !on } },
    };
  },
  async apply({ name, on }, toy) {
    return { turned: (await toy.all((one) => one.turn(name, on))).map(({ instance }) => instance) };
  },
  text: ({ turned }) => `turned on ${turned.join(' and ')}`,
});

export const toy: Service = defineService({
  id: 'toy',
  title: 'Toy',
  docs: 'https://example.org/',
  instances: 'together',
  config: z.object({
    url: z.url().describe('Base URL'),
    token: z.string().min(1).meta({ secret: true }).optional().describe('Token'),
    room: z.string().default('hall').describe('Room'),
  }),
  connect: ({ url, token, room: configured }) => ({
    baseUrl: url,
    settings: { room: configured },
    ...(token && { headers: { authorization: `Bearer ${token}` } }),
  }),
  load: async () => ({
    tools: [listLamps, turnLamp],
    health: health(async (service, check) => {
      const all = await service.all((one) => one.lamps());
      const found = await check('search', () => service.all((one) => one.search('x')));
      const dark = all.flatMap(({ value }) => value).filter(({ on }) => !on);
      return {
        version: '1',
        headline: `lamps ${all[0]?.value.length ?? 0}`,
        facts: { searchable: String(found !== undefined) },
        findings: dark.map(({ name }) => ({
          id: `toy.dark/${name}`,
          severity: 'warning' as const,
          subject: name,
          message: `${name} is off`,
          about: [`device/toy/${name}`],
          effect: 'stops' as const,
        })),
      };
    }),
    doctor: doctor(async (one) => ({ version: String((await one.lamps()).length), rights: [] })),
  }),
});

export interface ToyState {
  lamps: Map<string, boolean>;
}

/** Lamps on a loopback socket. */
export async function toyServer(
  options: LoopbackOptions = {},
  state: ToyState = {
    lamps: new Map([
      ['desk', true],
      ['door', false],
    ]),
  },
): Promise<Loopback & ToyState> {
  const server = await loopback(
    ({ method, path: at, body }) => {
      if (method === 'GET' && at === '/lamps')
        return json({ lamps: [...state.lamps].map(([name, on]) => ({ name, on })) });
      if (method === 'POST' && at === '/search') return json({ lamps: [] });
      const name = /^\/lamps\/([^/]+)$/.exec(at)?.[1];
      if (method !== 'PUT' || name === undefined) return json({ error: 'no such thing' }, 404);
      state.lamps.set(decodeURIComponent(name), (JSON.parse(body) as { on: boolean }).on);
      return { status: 204 };
    },
    { readPosts: /^\/search$/, ...options },
  );
  return Object.assign(server, state);
}

export const caller = (more: Partial<Caller> = {}): Caller => ({
  name: 'test',
  signal: new AbortController().signal,
  now: Date.now,
  progress: () => undefined,
  ...more,
});

export async function callToy(
  runtime: Runtime,
  tool: string,
  args: JsonObject = {},
  more: Partial<Caller> = {},
): Promise<Reply> {
  const configured = runtime.services[0] as ConfiguredService;
  const { tools } = await configured.service.load();
  return callTool(
    runtime,
    configured,
    tools.find(({ name }) => name === tool) as Tool,
    args,
    caller(more),
  );
}

export const toyRuntime = (env: Record<string, string>): Runtime => createRuntime([toy], env);
