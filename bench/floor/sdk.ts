import { McpServer, type StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

/** The SDK with nothing of ours: what a cold start cannot go below. It needs one tool to have a list at all. */
serveStdio(() => {
  const server = new McpServer({ name: 'floor', version: '0' }, { capabilities: { tools: {} } });
  const schema = {
    '~standard': {
      version: 1,
      vendor: 'floor',
      jsonSchema: { input: () => ({ type: 'object' }), output: () => ({ type: 'object' }) },
      validate: (value: unknown) => ({ value }),
    },
  };
  server.registerTool(
    'nothing',
    {
      description: 'Nothing.',
      inputSchema: schema as unknown as StandardSchemaWithJSON<unknown, Record<string, unknown>>,
    },
    () => ({ content: [] }),
  );
  return server;
});
