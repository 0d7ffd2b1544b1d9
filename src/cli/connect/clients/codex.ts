import { commonProgram, type Client } from '../client.ts';
import { toml } from '../formats/toml.ts';
import { everywhere } from '../places.ts';

export const codex: Client = {
  id: 'codex',
  title: 'Codex',
  file: {
    format: toml,
    user: everywhere('{home}/.codex/config.toml'),
    override: '{CODEX_HOME}/config.toml',
    project: '.codex/config.toml',
    section: () => ['mcp_servers'],
  },
  program: commonProgram,
  remote: ({ url, tokenVariable }) => ({
    url,
    ...(tokenVariable !== undefined && { bearer_token_env_var: tokenVariable }),
  }),
  reference: (variable) => variable,
  afterwards: 'Start Codex anew; /mcp shows the server.',
  source: {
    kind: 'code',
    urls: [
      'https://github.com/openai/codex/blob/00b17c2659c96ab3d0ae8de723b4ce2d686850b1/codex-rs/config/src/mcp_types.rs',
      'https://www.mcpbundles.com/guides/codex',
    ],
    read: '2026-11-28',
  },
};
