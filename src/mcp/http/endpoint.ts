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
import type { SubscriptionBus } from '../subscription-bus.ts';
import type { McpServerFactory } from '../server.ts';
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
      const authInfo: AuthInfo = { token: '', clientId: grant.caller, scopes: [] };
      origins.set(authInfo, { grant });
      if (request.method !== 'POST')
        return (await isLegacyRequest(request))
          ? sessions.handle(request, undefined, grant, authInfo)
          : modern.fetch(request, { authInfo });
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
      const body = parseJson(read.text);
      if (body === undefined) return rpcError(400, -32_700, 'Parse error: the body is not JSON');
      if (request.headers.has('mcp-session-id') || (await isLegacyRequest(request, body)))
        return sessions.handle(request, body, grant, authInfo);
      origins.set(authInfo, { grant, tool: toolOf(body) });
      return bus.serve(
        () => factoryFor(grant).runtime,
        body,
        () => modern.fetch(request, { authInfo, parsedBody: body }),
      );
    },
  };
}

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
