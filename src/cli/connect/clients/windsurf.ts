import { authorization, commonProgram, envReference, type Client } from '../client.ts';
import { json } from '../formats/jsonc.ts';
import { everywhere } from '../places.ts';

export const windsurf: Client = {
  id: 'windsurf',
  title: 'Windsurf',
  file: {
    format: json,
    user: everywhere('{home}/.codeium/windsurf/mcp_config.json'),
    section: () => ['mcpServers'],
  },
  program: commonProgram,
  remote: (server) => ({ serverUrl: server.url, ...authorization(server, envReference) }),
  reference: envReference,
  afterwards: 'In Windsurf: the MCP panel, Refresh.',
  source: {
    kind: 'docs',
    urls: [
      'https://docs.windsurf.com/windsurf/cascade/mcp',
      'https://userjot.com/docs/mcp-windsurf',
    ],
    read: '2026-11-28',
  },
};
