import { authorization, commonProgram, type Client } from '../client.ts';
import { jsonc } from '../formats/jsonc.ts';
import { everywhere } from '../places.ts';

const reference = (variable: string): string => `\${${variable}}`;

export const gemini: Client = {
  id: 'gemini',
  title: 'Gemini CLI',
  file: {
    format: jsonc,
    user: everywhere('{home}/.gemini/settings.json'),
    project: '.gemini/settings.json',
    section: () => ['mcpServers'],
  },
  program: commonProgram,
  remote: (server) => ({ httpUrl: server.url, ...authorization(server, reference) }),
  reference,
  afterwards: 'Start Gemini CLI anew; /mcp shows the server.',
  source: {
    kind: 'code',
    urls: [
      'https://github.com/google-gemini/gemini-cli/blob/0027ff71c1b3eecb8ab6ddc40d7456c6a675828d/schemas/settings.schema.json',
      'https://geminicli.com/docs/cli/configuration',
    ],
    read: '2026-11-28',
  },
};
