import { authorization, commonProgram, type Client } from '../client.ts';
import { json } from '../formats/jsonc.ts';
import { everywhere } from '../places.ts';

const reference = (variable: string): string => `\${${variable}}`;

export const claudeCode: Client = {
  id: 'claude-code',
  title: 'Claude Code',
  file: {
    format: json,
    user: everywhere('{home}/.claude.json'),
    override: '{CLAUDE_CONFIG_DIR}/.claude.json',
    project: '.mcp.json',
    section: () => ['mcpServers'],
  },
  program: (server) => ({ type: 'stdio', ...commonProgram(server) }),
  remote: (server) => ({ type: 'http', url: server.url, ...authorization(server, reference) }),
  reference,
  afterwards: 'Start Claude Code anew; /mcp shows the server.',
  source: {
    kind: 'docs',
    urls: [
      'https://docs.anthropic.com/en/docs/claude-code/mcp',
      'https://github.com/getmcpm/cli/pull/117',
    ],
    read: '2026-11-28',
  },
};
