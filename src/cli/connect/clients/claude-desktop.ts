import { commonProgram, type Client } from '../client.ts';
import { json } from '../formats/jsonc.ts';

/** Its file has programs only; remote servers are connectors, which are added in its settings. */
export const claudeDesktop: Client = {
  id: 'claude-desktop',
  title: 'Claude Desktop',
  file: {
    format: json,
    user: {
      linux: ['{config}/Claude/claude_desktop_config.json'],
      darwin: ['{home}/Library/Application Support/Claude/claude_desktop_config.json'],
      win32: ['{appData}/Claude/claude_desktop_config.json'],
    },
    section: () => ['mcpServers'],
  },
  program: commonProgram,
  afterwards: 'Quit Claude Desktop (closing its window is not enough) and start it again.',
  source: {
    kind: 'docs',
    urls: [
      'https://playwright.dev/mcp/clients/claude-desktop',
      'https://learn.logeshclouduniverse.com/MasteringMCP/day-14.html',
    ],
    read: '2026-11-28',
  },
};
