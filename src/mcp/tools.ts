import {
  isInputRequiredResult,
  type CallToolResult,
  type InputRequiredResult,
  type McpServer,
  type RegisteredTool,
  type ServerContext,
  type ToolAnnotations,
} from '@modelcontextprotocol/server';
import { call, callOffer, errorText, offers, type Offer } from '../catalog.ts';
import type { Caller } from '../core/call.ts';
import type { Runtime } from '../core/runtime.ts';
import type { JsonObject } from '../core/base/json.ts';
import { askForApproval, codeToTry } from './approval.ts';
import { inputSchema, outputSchema } from './schemas.ts';
import { protocolError, type Feature } from './feature.ts';

/** Every tool of a runtime, ready to be put onto a server: what does not depend on the request is made once, here. */
export function toolFeature(runtime: Runtime): Feature {
  const tools = offers(runtime).map((offer) => ({
    offer,
    config: {
      title: offer.title,
      description: offer.description,
      inputSchema: inputSchema(offer),
      outputSchema: outputSchema(offer),
      annotations: annotations(offer),
      ...(offer.kind === 'write' && { _meta: { 'anthropic/requiresUserInteraction': true } }),
    },
  }));
  const byName = new Map(tools.map((tool) => [tool.offer.name, tool]));
  const among = (name: string | undefined): typeof tools => {
    const called = name === undefined ? undefined : byName.get(name);
    return called ? [called] : tools;
  };
  return {
    capabilities: { tools: { listChanged: true } },
    register(server, tool) {
      const registered = new Map(
        among(tool).map(({ offer, config }) => [
          offer.name,
          server.registerTool(offer.name, config, (args, context) =>
            answer(runtime, offer, args as JsonObject, context, server),
          ),
        ]),
      );
      answerCalls(runtime, server, registered);
      return [...registered.values()];
    },
  };
}

/** In place of the SDK's own: it would look names up among those that every object has, and know no name that is near. */
function answerCalls(
  runtime: Runtime,
  server: McpServer,
  registered: ReadonlyMap<string, RegisteredTool>,
): void {
  server.server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = registered.get(params.name);
    if (!tool) return refuseUnknown(runtime, params.name, callerOf(runtime, context, server));
    const result = await tool.executor(params.arguments ?? {}, context);
    return isInputRequiredResult(result)
      ? result
      : server.server.projectCallToolResult(result, tool.outputSchemaJson);
  });
}

/** Throws what the catalog says to such a name, and has it counted like every call. */
async function refuseUnknown(runtime: Runtime, name: string, caller: Caller): Promise<never> {
  try {
    await call(runtime, name, {}, caller);
  } catch (error) {
    throw protocolError(runtime, error);
  }
  throw new Error(`${name} is offered, and is not registered`);
}

/** Derived, never typed by hand. A restart interrupts something: clients shall treat it with care, so only what can be undone is not destructive. */
export const annotations = ({ kind, risk, title }: Offer): ToolAnnotations => ({
  title,
  readOnlyHint: kind === 'read',
  destructiveHint: kind === 'write' && risk !== 'reversible',
  idempotentHint: kind === 'read' || risk === 'reversible',
  openWorldHint: false,
});

async function answer(
  runtime: Runtime,
  offer: Offer,
  args: JsonObject,
  context: ServerContext,
  server: McpServer,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    const caller = callerOf(runtime, context, server);
    const code = await codeToTry(runtime, context, caller);
    const { text, data } = await callOffer(
      runtime,
      offer,
      code === undefined ? args : { ...args, confirm: code },
      caller,
    );
    return (
      (code === undefined && askForApproval(data, context, server)) || {
        content: [{ type: 'text', text }],
        structuredContent: data,
        ...(data['outcome'] === 'failed' && { isError: true }),
      }
    );
  } catch (error) {
    return { isError: true, content: [{ type: 'text', text: errorText(runtime, error) }] };
  }
}

function callerOf(runtime: Runtime, { mcpReq, http }: ServerContext, server: McpServer): Caller {
  const token = mcpReq._meta?.progressToken;
  let last = 0;
  return {
    name:
      http?.authInfo?.clientId ??
      clientName(mcpReq.envelope) ??
      server.server.getClientVersion()?.name ??
      'mcp',
    maxTokens: runtime.globals.maxAnswerTokens,
    signal: mcpReq.signal,
    now: runtime.now,
    progress(message, done = last + 1, total) {
      if (token === undefined || done <= last) return;
      last = done;
      void mcpReq
        .notify({
          method: 'notifications/progress',
          params: {
            progressToken: token,
            progress: done,
            message,
            ...(total !== undefined && { total }),
          },
        })
        .catch(() => undefined);
    },
  };
}

/** Since 2026-07-28 a client names itself with every request. */
function clientName(envelope: unknown): string | undefined {
  const info = (envelope as Record<string, { name?: unknown } | undefined> | undefined)?.[
    'io.modelcontextprotocol/clientInfo'
  ];
  return typeof info?.name === 'string' ? info.name : undefined;
}
