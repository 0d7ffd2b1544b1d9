import { callTool, errorText, reply, type Caller, type Reply } from './core/call.ts';
import { InputError, kindOf } from './core/base/errors.ts';
import { prefixOf } from './core/config/env.ts';
import { choices, type House, type Room } from './core/runtime.ts';
import type { JsonObject } from './core/base/json.ts';
import { nearest } from './core/base/nearest.ts';
import type { Level } from './core/gate/policy.ts';
import { tell } from './core/base/telemetry.ts';
import type { Shape, Wire } from './core/tool-manifest.ts';
import wires from './tools.json' with { type: 'json' };

/** Every tool there is, configured or not. */
export const allTools = wires as unknown as readonly Wire[];

/** A tool this house offers, with the arguments that Lares adds to the tool's own. */
export interface Offer extends Wire {
  /** The service's room; none for the tools over several services. */
  room: Room | undefined;
}

/** `confirm` follows the level of trust. */
const confirm = {
  confirm: { type: 'boolean', description: 'true: do it; else a preview' },
  sealed: { type: 'string', description: 'Code of the preview; else a preview' },
  human: { type: 'string', description: 'Code a person approved; else asks one' },
} as const;

/** Offered only where there are documents, to callers that see all services. */
const docsTool = 'docs_search';
const hasDocs = ({ globals, only }: House): boolean =>
  globals.docs !== undefined && only === undefined;

/** What this house offers, in a fixed order: nothing of a service that is not on, no writes where they are off. */
export function offers(house: House): Offer[] {
  return allTools.flatMap((tool) => {
    const room = house.rooms.find(({ service }) => service.id === tool.service);
    if (tool.service === 'homelab')
      return tool.name === docsTool && !hasDocs(house) ? [] : [{ ...tool, room }];
    if (room?.state !== 'on' || (tool.kind === 'write' && room.level === 'off')) return [];
    return [{ ...tool, room, input: completed(tool, choices(room), room.level) }];
  });
}

function completed({ kind, input }: Wire, instances: readonly string[], level: Level): Shape {
  const instance = { type: 'string', enum: instances, description: 'Only this one' };
  return {
    ...input,
    properties: {
      ...input.properties,
      ...(instances.length > 0 && { instance }),
      ...(kind === 'write' && level !== 'off' && { confirm: confirm[level] }),
    },
  };
}

/** One call by name: the same for every client and for the command line. Errors are thrown; `errorText` has the words. */
export async function call(
  house: House,
  name: string,
  args: JsonObject,
  caller: Caller,
): Promise<Reply> {
  const began = performance.now();
  const ended = (outcome: string): void =>
    tell('call', {
      tool: allTools.some((tool) => tool.name === name) ? name : 'unknown',
      outcome,
      ms: performance.now() - began,
    });
  try {
    const answer = await house.underWay.during(dispatch(house, name, args, caller));
    ended(String(answer.data['outcome'] ?? ('partial' in answer.data ? 'partial' : 'ok')));
    return answer;
  } catch (error) {
    ended(caller.signal.aborted ? 'cancelled' : kindOf(error));
    throw error;
  }
}

async function dispatch(
  house: House,
  name: string,
  args: JsonObject,
  caller: Caller,
): Promise<Reply> {
  const offer = offers(house).find((one) => one.name === name);
  if (!offer) throw new InputError(...unknownTool(house, name));
  if (!offer.room) {
    const { homelabTools } = await import('./homelab/index.ts');
    const tool = homelabTools.find((one) => one.name === name);
    const { result, text } = await (tool ?? missing(name)).run(args, house, caller);
    return reply(house, result as JsonObject, text);
  }
  const { tools } = await offer.room.service.load();
  return callTool(
    house,
    offer.room,
    tools.find((one) => one.name === name) ?? missing(name),
    args,
    caller,
  );
}

function missing(name: string): never {
  throw new Error(`${name} is in wire.json but has no definition: run npm run gen`);
}

function unknownTool(house: House, name: string): [message: string, { hint: string }] {
  const known = allTools.find((tool) => tool.name === name);
  const room = known && house.rooms.find(({ service }) => service.id === known.service);
  if (room && room.state !== 'on')
    return [
      `${name} needs ${room.service.title}, which is ${room.state === 'off' ? 'not configured' : 'not configured rightly'}`,
      {
        hint:
          room.problems.join('; ') ||
          `Set ${prefixOf(room.service)}URL and its credentials; \`lares doctor\` lists them.`,
      },
    ];
  if (room)
    return [
      `${name} writes, and writes are off here`,
      { hint: `LARES_WRITES or ${prefixOf(room.service)}WRITES says so.` },
    ];
  if (name === docsTool)
    return [
      'There are no documents to search here',
      { hint: 'LARES_DOCS names a folder of Markdown.' },
    ];
  const near = nearest(
    name,
    offers(house).map((offer) => offer.name),
  );
  return [
    `No tool ${JSON.stringify(name)}`,
    { hint: near ? `Did you mean ${near}?` : '`lares tools` lists them.' },
  ];
}

export { errorText };
