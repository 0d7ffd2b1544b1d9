import { createServer } from 'node:http';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { toNodeHandler } from '@modelcontextprotocol/node';
import * as z from 'zod';

/** The least an HTTP server of the SDK can be: one tool that answers at once. */
const inputSchema = z.object({ said: z.string() });
const handler = toNodeHandler(
  createMcpHandler(() => {
    const server = new McpServer({ name: 'floor', version: '1' });
    server.registerTool('echo', { description: 'Echo', inputSchema }, ({ said }) => ({
      content: [{ type: 'text', text: said }],
    }));
    return server;
  }),
);
createServer((request, response) => {
  if (request.url === '/healthz') response.end('alive');
  else
    void handler(
      request as Parameters<typeof handler>[0],
      response as Parameters<typeof handler>[1],
    );
}).listen(Number(process.argv[2]), '127.0.0.1');
