/** A refusal as MCP clients understand it: HTTP status, JSON-RPC error. Says nothing that a stranger should not know. */
export const rpcError = (
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });
