import { authorization, commonProgram, envReference, type Client } from '../client.ts';
import { json } from '../formats/jsonc.ts';
import { everywhere } from '../places.ts';

export const cline: Client = {
  id: 'cline',
  title: 'Cline',
  file: {
    format: json,
    user: everywhere('{home}/.cline/data/settings/cline_mcp_settings.json'),
    override: '{CLINE_MCP_SETTINGS_PATH}',
    section: () => ['mcpServers'],
  },
  program: (server) => ({ type: 'stdio', ...commonProgram(server) }),
  remote: (server) => ({
    type: 'streamableHttp',
    url: server.url,
    ...authorization(server, envReference),
  }),
  reference: envReference,
  afterwards: 'In Cline: MCP Servers, Configure shows the server.',
  source: {
    kind: 'code',
    urls: [
      'https://github.com/cline/cline/blob/1a196376d185f7d204aa985c7ee494b70cfdbf44/src/services/mcp/schemas.ts',
      'https://github.com/cline/cline/pull/8079',
      'https://docs.cline.bot/getting-started/config',
    ],
    read: '2026-11-28',
  },
};
