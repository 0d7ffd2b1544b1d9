import { authorization, commonProgram, tokenPlace, type Client } from '../client.ts';
import { jsonc } from '../formats/jsonc.ts';

/** It has headers for remote servers, and nothing that would keep a token out of the file. */
export const zed: Client = {
  id: 'zed',
  title: 'Zed',
  file: {
    format: jsonc,
    user: {
      linux: ['{config}/zed/settings.json'],
      darwin: ['{home}/.config/zed/settings.json'],
      win32: ['{appData}/Zed/settings.json'],
    },
    project: '.zed/settings.json',
    section: () => ['context_servers'],
  },
  program: commonProgram,
  remote: (server) => ({ url: server.url, ...authorization(server, tokenPlace) }),
  afterwards: 'Zed reads the file at once; Settings, AI, MCP Servers shows the server.',
  source: {
    kind: 'code',
    urls: [
      'https://github.com/zed-industries/zed/blob/006ce515a3db2578aac6128ba571ec989c22da4b/crates/settings_content/src/project.rs',
      'https://zed.dev/docs/ai/mcp',
      'https://zed.dev/docs/configuring-zed',
    ],
    read: '2026-11-28',
  },
};
