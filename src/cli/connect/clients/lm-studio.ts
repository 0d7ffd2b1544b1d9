import { authorization, commonProgram, tokenPlace, type Client } from '../client.ts';
import { json } from '../formats/jsonc.ts';
import { everywhere } from '../places.ts';

/** It has headers for remote servers, and nothing documented that would keep a token out of the file. */
export const lmStudio: Client = {
  id: 'lm-studio',
  title: 'LM Studio',
  file: {
    format: json,
    user: everywhere('{home}/.lmstudio/mcp.json', '{home}/.cache/lm-studio/mcp.json'),
    section: () => ['mcpServers'],
  },
  program: commonProgram,
  remote: (server) => ({ url: server.url, ...authorization(server, tokenPlace) }),
  afterwards: 'In LM Studio: the Program tab shows the server; switch it on.',
  source: {
    kind: 'docs',
    urls: [
      'https://lmstudio.ai/mcp',
      'https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/1371',
    ],
    read: '2026-11-28',
  },
};
