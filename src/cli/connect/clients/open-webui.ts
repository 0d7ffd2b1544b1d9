import type { Client } from '../client.ts';

/** Servers are added in its admin settings, and asked by its backend: an address of this machine alone is no use to it. */
export const openWebui: Client = {
  id: 'open-webui',
  title: 'Open WebUI',
  steps: ({ url }) => [
    'Admin Settings, External Tools, + (Add Server), in Open WebUI 0.6.31 or newer',
    'Type: MCP (Streamable HTTP)',
    `URL: ${url}`,
    'Auth: Bearer, with the token of `lares token add open-webui --scope read`',
  ],
  afterwards: 'Its backend asks the address, so Lares has to be reachable from there.',
  source: {
    kind: 'docs',
    urls: ['https://docs.openwebui.com/features/mcp'],
    read: '2026-11-28',
  },
};
