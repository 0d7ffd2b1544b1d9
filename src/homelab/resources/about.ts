import { canonicalAddress } from '../../core/base/address.ts';
import { InputError } from '../../core/base/errors.ts';
import { lines } from '../../core/base/table.ts';
import type { JsonObject } from '../../core/base/json.ts';
import type { Call } from '../../core/http/index.ts';
import type { Kind } from '../../core/inventory.ts';
import type { Ref } from '../../core/map.ts';
import type { ConfiguredService, Runtime } from '../../core/runtime.ts';
import { explanationOf } from '../explain/explain.ts';
import { lookOf } from '../look.ts';
import { activeServices, readAsText } from '../read-tool.ts';

/** Things of one name whose own reads are part of the page. */
const maxReads = 3;

/** The page of one thing: the explanation of it, and what its service tells in full. Throws an InputError, with the nearest name, where nothing of that kind is called so. */
export async function about(
  runtime: Runtime,
  kind: Kind,
  nameOrId: string,
  call: Call,
): Promise<string> {
  if (kind === 'address' && canonicalAddress(nameOrId.trim()) === undefined)
    throw new InputError(`${JSON.stringify(nameOrId)} is not an IP address`);
  const { text, data } = await explanationOf({ what: nameOrId, kinds: [kind] }, runtime, call);
  const refs = data.candidates?.map(({ ref }) => ref) ?? [data.ref];
  const { map } = await lookOf(runtime);
  const reads = refs.slice(0, maxReads).flatMap((ref) => map.things.get(ref as Ref)?.more ?? []);
  const answers = await Promise.all(reads.map((read) => answerOf(runtime, read, call)));
  return lines(text, ...answers);
}

async function answerOf(
  runtime: Runtime,
  { tool, arguments: args }: { tool: string; arguments: JsonObject },
  call: Call,
): Promise<string> {
  const configured = await serviceWith(runtime, tool);
  return configured ? readAsText(runtime, configured, tool, args, call) : '';
}

async function serviceWith(runtime: Runtime, tool: string): Promise<ConfiguredService | undefined> {
  for (const configured of activeServices(runtime)) {
    const { tools } = await configured.service.load();
    if (tools.some(({ name }) => name === tool)) return configured;
  }
  return undefined;
}
