import { authorization, commonProgram, type Client } from '../client.ts';
import { yamlList } from '../formats/yaml.ts';
import { everywhere } from '../places.ts';

const reference = (variable: string): string => `\${{ secrets.${variable} }}`;

export const continueDev: Client = {
  id: 'continue',
  title: 'Continue',
  file: {
    format: yamlList,
    user: everywhere('{home}/.continue/config.yaml'),
    override: '{CONTINUE_GLOBAL_DIR}/config.yaml',
    section: () => ['mcpServers'],
    preamble: 'name: Local Config\nversion: 1.0.0\nschema: v1\n',
  },
  program: (server, name) => ({ name, type: 'stdio', ...commonProgram(server) }),
  remote(server, name) {
    const { headers } = authorization(server, reference);
    return {
      name,
      type: 'streamable-http',
      url: server.url,
      ...(headers && { requestOptions: { headers } }),
    };
  },
  reference,
  tokenHome: '~/.continue/.env',
  afterwards: 'Continue reads the file at once; servers work in its agent mode.',
  source: {
    kind: 'code',
    urls: [
      'https://github.com/continuedev/continue/blob/0a3f6338ac56ff59d1ba7c4ebbdb3f76f1bec2be/packages/config-yaml/src/schemas/mcp/index.ts',
      'https://docs.continue.dev/customize/deep-dives/mcp',
      'https://github.com/continuedev/continue/issues/5902',
    ],
    read: '2026-11-28',
  },
};
