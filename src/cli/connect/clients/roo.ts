import { authorization, commonProgram, envReference, type Client } from '../client.ts';
import { json } from '../formats/jsonc.ts';

const file = 'Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json';

export const roo: Client = {
  id: 'roo',
  title: 'Roo Code',
  file: {
    format: json,
    user: {
      linux: [`{config}/${file}`],
      darwin: [`{home}/Library/Application Support/${file}`],
      win32: [`{appData}/${file}`],
    },
    project: '.roo/mcp.json',
    section: () => ['mcpServers'],
  },
  program: commonProgram,
  remote: (server) => ({
    type: 'streamable-http',
    url: server.url,
    ...authorization(server, envReference),
  }),
  reference: envReference,
  afterwards: 'In Roo Code: the MCP view shows the server.',
  source: {
    kind: 'docs',
    urls: [
      'https://github.com/RooCodeInc/Roo-Code/blob/e7bd9ab019775075355f4b1b69eb77ef0d56aa81/src/utils/config.ts',
      'https://docs.roocode.com/features/mcp/using-mcp-in-roo',
    ],
    read: '2026-11-28',
  },
};
