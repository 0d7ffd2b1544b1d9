import { callTool, errorText, type Caller, type Reply } from './core/call.ts';
import { InputError, kindOf } from './core/base/errors.ts';
import { prefixOf } from './core/config/env.ts';
import { selectableInstances, type Runtime, type ConfiguredService } from './core/runtime.ts';
import { takeArguments } from './core/intake.ts';
import type { JsonObject } from './core/base/json.ts';
import { meantName } from './core/base/nearest.ts';
import type { Level } from './core/gate/policy.ts';
import { emit } from './core/base/telemetry.ts';
import type { ObjectSchema, ToolManifest } from './core/tool-manifest.ts';
import manifests from './tools.json' with { type: 'json' };

/** Every tool there is, configured or not. */
export const allTools = manifests as unknown as readonly ToolManifest[];

/** A tool this runtime offers, with the arguments that Lares adds to the tool's own. */
export interface Offer extends ToolManifest {
  /** The service it belongs to; none for the tools over several services. */
  configured: ConfiguredService | undefined;
}

/** `confirm` follows the level of trust. */
const confirm = {
  confirm: { type: 'boolean', description: 'Else a preview' },
  sealed: { type: 'string', description: 'Code of the preview; else a preview' },
  human: { type: 'string', description: 'Code a person approved; else asks one' },
} as const;

/** Offered only where there are documents, to callers that see all services. */
const docsTool = 'docs_search';
const hasDocs = ({ globals, only }: Runtime): boolean =>
  globals.docs !== undefined && only === undefined;

/** What this runtime offers, in a fixed order: nothing of a service that is not on, no writes where they are off. */
export function offers(runtime: Runtime): Offer[] {
  return allTools.flatMap((tool): Offer[] => {
    const configured = runtime.services.find(({ service }) => service.id === tool.service);
    if (tool.service === 'homelab')
      return tool.name === docsTool && !hasDocs(runtime)
        ? []
        : [{ ...tool, configured: undefined }];
    if (configured?.state !== 'on' || (tool.kind === 'write' && configured.level === 'off'))
      return [];
    return [
      {
        ...tool,
        configured,
        input: completed(tool, selectableInstances(configured), configured.level),
      },
    ];
  });
}

function completed(
  { kind, input }: ToolManifest,
  instances: readonly string[],
  level: Level,
): ObjectSchema {
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
export function call(
  runtime: Runtime,
  name: string,
  args: JsonObject,
  caller: Caller,
): Promise<Reply> {
  const offer = offers(runtime).find((offer) => offer.name === name);
  return offer
    ? callOffer(runtime, offer, args, caller)
    : measured(runtime, name, caller, async () => {
        throw new InputError(...unknownTool(runtime, name));
      });
}

/** One call of an offer that is at hand. */
export function callOffer(
  runtime: Runtime,
  offer: Offer,
  args: JsonObject,
  caller: Caller,
): Promise<Reply> {
  return measured(runtime, offer.name, caller, () => dispatch(runtime, offer, args, caller));
}

/** Keeps the runtime open for as long as the call takes, and says how it ended. */
async function measured(
  runtime: Runtime,
  name: string,
  caller: Caller,
  work: () => Promise<Reply>,
): Promise<Reply> {
  const began = performance.now();
  const report = (outcome: string): void =>
    emit('call', {
      tool: allTools.some((tool) => tool.name === name) ? name : 'unknown',
      caller: caller.name,
      outcome,
      ms: performance.now() - began,
    });
  try {
    const answer = await runtime.inFlight.track(work());
    report(String(answer.data['outcome'] ?? ('partial' in answer.data ? 'partial' : 'ok')));
    return answer;
  } catch (error) {
    report(caller.signal.aborted ? 'cancelled' : kindOf(error));
    throw error;
  }
}

async function dispatch(
  runtime: Runtime,
  { name, kind, configured, input }: Offer,
  args: JsonObject,
  caller: Caller,
): Promise<Reply> {
  if (!configured) {
    const { homelabTools } = await import('./homelab/index.ts');
    const tool = homelabTools.find((tool) => tool.name === name) ?? missing(name);
    const taken = takeArguments(args, { kind, served: input, strict: tool.input });
    const { result, text } = await tool.run(taken, runtime, caller);
    return { data: result as JsonObject, text };
  }
  const { tools } = await configured.service.load();
  const tool = tools.find((tool) => tool.name === name) ?? missing(name);
  return callTool(runtime, configured, tool, args, caller, {
    served: input,
    dependantsOf: async (...asked) => {
      const { dependantsOf } = await import('./homelab/radius/dependants.ts');
      return dependantsOf(...asked);
    },
  });
}

function missing(name: string): never {
  throw new Error(`${name} is in tools.json but has no definition: run npm run gen`);
}

function unknownTool(runtime: Runtime, name: string): [message: string, { hint: string }] {
  const known = allTools.find((tool) => tool.name === name);
  const configured = known && runtime.services.find(({ service }) => service.id === known.service);
  if (configured && configured.state !== 'on')
    return [
      `${name} needs ${configured.service.title}, which is ${configured.state === 'off' ? 'not configured' : 'not configured rightly'}`,
      {
        hint:
          configured.problems.join('; ') ||
          `Set ${prefixOf(configured.service)}URL and its credentials; \`lares doctor\` lists them.`,
      },
    ];
  if (known && !configured && runtime.only && known.service !== 'homelab')
    return [
      `${name} is of a service that this caller does not see`,
      { hint: `It sees ${runtime.only.join(', ') || 'no service'} alone.` },
    ];
  if (configured && runtime.readOnly)
    return [
      `${name} writes, and this caller may only read`,
      { hint: 'A token of scope write may do more.' },
    ];
  if (configured)
    return [
      `${name} writes, and writes are off here`,
      {
        hint:
          configured.writesOffBecause.join('; ') ||
          `LARES_WRITES or ${prefixOf(configured.service)}WRITES says so.`,
      },
    ];
  if (name === docsTool)
    return [
      'There are no documents to search here',
      { hint: 'LARES_DOCS names a folder of Markdown.' },
    ];
  const offered = offers(runtime).map((offer) => offer.name);
  const near =
    meantName(name, offered) ??
    meantName(
      name,
      visibleTools(runtime).map((tool) => tool.name),
    );
  return [
    `No tool ${JSON.stringify(name)}`,
    { hint: near ? `Did you mean ${near}?` : '`lares tools` lists them.' },
  ];
}

/** Offered or not, those that this caller could be offered some day: a limited one hears of no other service. */
const visibleTools = ({ services, only }: Runtime): readonly ToolManifest[] =>
  only === undefined
    ? allTools
    : allTools.filter((tool) => services.some(({ service }) => service.id === tool.service));

export { errorText };
