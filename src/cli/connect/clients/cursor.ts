import { authorization, commonProgram, envReference, type Client } from '../client.ts';
import { jsonc } from '../formats/jsonc.ts';
import { everywhere } from '../places.ts';

export const cursor: Client = {
  id: 'cursor',
  title: 'Cursor',
  file: {
    format: jsonc,
    user: everywhere('{home}/.cursor/mcp.json'),
    project: '.cursor/mcp.json',
    section: () => ['mcpServers'],
  },
  program: commonProgram,
  remote: (server) => ({ url: server.url, ...authorization(server, envReference) }),
  reference: envReference,
  link: (name, entry) =>
    `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${encodeURIComponent(Buffer.from(JSON.stringify(entry)).toString('base64'))}`,
  afterwards: 'Cursor reads the file at once; Settings, MCP shows the server.',
  source: {
    kind: 'docs',
    urls: [
      'https://cursor.com/docs/mcp/install-links',
      'https://syllago.dev/using-syllago/providers/cursor/mcp/',
    ],
    read: '2026-11-28',
  },
};
