import {
  createMcpHandler,
  isJsonContentType,
  isLegacyRequest,
  readRequestBody,
  type AuthInfo,
  type McpHttpHandler,
} from '@modelcontextprotocol/server';
import type { Grant } from './auth/grant.ts';
import { isObject, parseJson, type Json } from '../../core/base/json.ts';
import { acceptMessage } from '../message.ts';
import type { SubscriptionBus } from '../subscription-bus.ts';
import type { McpServerFactory } from '../server.ts';
import { acceptedKinds, inKindOf, namingBoth } from './accept.ts';
import { rpcError } from './request.ts';
import type { Sessions } from './sessions.ts';

/** `/mcp`, for requests whose caller is known. */
export interface Endpoint {
  readonly modern: McpHttpHandler;
  handle(request: Request, grant: Grant): Promise<Response>;
}

/** What `/mcp` stands on. */
export interface EndpointParts {
  factoryFor(grant: Grant): McpServerFactory;
  sessions: Sessions;
  bus: SubscriptionBus;
  maxBytes: number;
  onerror(error: Error): void;
}

/** `/mcp`: requests of 2026-07-28 each on a server of their own; those of the 2025 revisions in a session, where elicitation and subscriptions work. */
export function mcpEndpoint({
  factoryFor,
  sessions,
  bus,
  maxBytes,
  onerror,
}: EndpointParts): Endpoint {
  const origins = new WeakMap<AuthInfo, { grant: Grant; tool?: string | undefined }>();
  const modern = createMcpHandler(
    ({ authInfo }) => {
      const { grant, tool } = (authInfo && origins.get(authInfo)) ?? nobody();
      return factoryFor(grant).create(tool);
    },
    { legacy: 'reject', bus, onerror },
  );
  return {
    modern,
    async handle(request, grant) {
      const accepted = acceptedKinds(request.headers.get('accept'));
      const authInfo: AuthInfo = { token: '', clientId: grant.caller, scopes: [] };
      origins.set(authInfo, { grant });
      if (request.method === 'DELETE')
        return (await isLegacyRequest(request))
          ? sessions.handle(request, undefined, grant, authInfo)
          : modern.fetch(request, { authInfo });
      if (!accepted.stream && (request.method === 'GET' || !accepted.json))
        return rpcError(406, -32_000, 'Not Acceptable: answers are JSON or an event stream');
      if (request.method === 'GET') {
        const listening = namingBoth(request);
        return (await isLegacyRequest(listening))
          ? sessions.handle(listening, undefined, grant, authInfo)
          : modern.fetch(listening, { authInfo });
      }
      if (!isJsonContentType(request.headers.get('content-type')))
        return rpcError(415, -32_000, 'Unsupported Media Type: send application/json');
      const read = await readRequestBody(request, maxBytes);
      if (read.tooLarge)
        return rpcError(
          413,
          -32_000,
          `The request is larger than ${Math.floor(maxBytes / 1024)} KiB`,
          { connection: 'close' },
        );
      const sent = parseJson(read.text.replace(/^\ufeff/, ''));
      if (sent === undefined) return rpcError(400, -32_700, 'Parse error: the body is not JSON');
      const incoming = Array.isArray(sent) ? { message: sent } : acceptMessage(sent);
      if (incoming === undefined)
        return rpcError(400, -32_600, 'Invalid request: it is not a message of JSON-RPC 2.0');
      if ('refusal' in incoming) return Response.json(incoming.refusal, { status: 400 });
      // A stream that never ends has no answer at its end.
      if (!accepted.stream && methodOf(incoming.message) === 'subscriptions/listen')
        return rpcError(406, -32_000, 'Not Acceptable: a subscription is an event stream');
      return inKindOf(await respond(namingBoth(request), incoming.message), accepted);

      async function respond(asked: Request, body: Json): Promise<Response> {
        if (asked.headers.has('mcp-session-id') || (await isLegacyRequest(asked, body)))
          return sessions.handle(asked, body, grant, authInfo);
        origins.set(authInfo, { grant, tool: toolOf(body) });
        return bus.serve(
          () => factoryFor(grant).runtime,
          body,
          () => modern.fetch(asked, { authInfo, parsedBody: body }),
        );
      }
    },
  };
}

const methodOf = (body: Json): Json | undefined => (isObject(body) ? body['method'] : undefined);

/** The tool a request calls. */
function toolOf(body: Json): string | undefined {
  if (!isObject(body) || body['method'] !== 'tools/call' || !isObject(body['params']))
    return undefined;
  const { name } = body['params'];
  return typeof name === 'string' ? name : undefined;
}

function nobody(): never {
  throw new Error('a request without a caller reached the protocol');
}
