import { callTool, errorText } from '../core/call.ts';
import { gapsText } from '../core/gap.ts';
import type { Runtime, ConfiguredService } from '../core/runtime.ts';
import type { Call } from '../core/http/index.ts';
import type { JsonObject } from '../core/base/json.ts';

/** The rooms that can be asked something. */
export const activeServices = ({ services }: Runtime): ConfiguredService[] =>
  services.filter(({ state }) => state === 'on');

/** One read of a service in its own words. What fails is said in its place: a page made of several answers is never lost to one of them. */
export async function readAsText(
  runtime: Runtime,
  configured: ConfiguredService,
  tool: string,
  args: JsonObject,
  call: Call,
): Promise<string> {
  const found = (await configured.service.load()).tools.find(
    ({ name, kind }) => name === tool && kind === 'read',
  );
  if (!found) throw new Error(`${configured.service.id} has no read called ${tool}`);
  return callTool(runtime, configured, found, args, { ...call, name: 'lares' }).then(
    ({ text }) => text,
    (error: unknown) => {
      if (call.signal.aborted) throw error;
      return gapsText([{ what: tool, why: errorText(runtime, error) }]);
    },
  );
}
