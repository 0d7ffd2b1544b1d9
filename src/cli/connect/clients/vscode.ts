import { authorization, commonProgram, envReference, type Client } from '../client.ts';
import { jsonc } from '../formats/jsonc.ts';

export const vscode: Client = {
  id: 'vscode',
  title: 'VS Code',
  file: {
    format: jsonc,
    user: {
      linux: ['{config}/Code/User/mcp.json', '{config}/Code - Insiders/User/mcp.json'],
      darwin: [
        '{home}/Library/Application Support/Code/User/mcp.json',
        '{home}/Library/Application Support/Code - Insiders/User/mcp.json',
      ],
      win32: ['{appData}/Code/User/mcp.json', '{appData}/Code - Insiders/User/mcp.json'],
    },
    project: '.vscode/mcp.json',
    section: () => ['servers'],
  },
  program: (server) => ({ type: 'stdio', ...commonProgram(server) }),
  remote: (server) => ({ type: 'http', url: server.url, ...authorization(server, envReference) }),
  reference: envReference,
  link: (name, entry) =>
    `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, ...entry }))}`,
  afterwards: 'In VS Code: "MCP: List Servers", choose the server, Start.',
  source: {
    kind: 'docs',
    urls: [
      'https://code.visualstudio.com/docs/copilot/reference/mcp-configuration',
      'https://github.com/microsoft/apm/issues/793',
      'https://glama.ai/mcp/servers/@burkeholland/mcp-vsc-button-gen',
    ],
    read: '2026-11-28',
  },
};
