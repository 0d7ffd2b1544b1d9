import { authorization, type Client } from '../client.ts';
import { yamlMap } from '../formats/yaml.ts';

const reference = (variable: string): string => `\${${variable}}`;

const common = (name: string): { enabled: boolean; name: string; description: string } => ({
  enabled: true,
  name,
  description: 'The homelab: health, inventory and guarded changes',
});

export const goose: Client = {
  id: 'goose',
  title: 'Goose',
  file: {
    format: yamlMap,
    user: {
      linux: ['{config}/goose/config.yaml'],
      darwin: ['{home}/.config/goose/config.yaml'],
      win32: ['{appData}/Block/goose/config/config.yaml'],
    },
    section: () => ['extensions'],
  },
  program: ({ command, args, env }, name) => ({
    ...common(name),
    type: 'stdio',
    cmd: command,
    args,
    ...(Object.keys(env).length > 0 && { envs: env }),
    timeout: 300,
  }),
  remote: (server, name) => ({
    ...common(name),
    type: 'streamable_http',
    uri: server.url,
    ...authorization(server, reference),
    ...(server.tokenVariable !== undefined && { env_keys: [server.tokenVariable] }),
    timeout: 300,
  }),
  reference,
  afterwards: 'Start Goose anew; `goose configure` lists the extension.',
  source: {
    kind: 'code',
    urls: [
      'https://github.com/block/goose/blob/01cad15fdcd662b667c6f36b1a29258ef3e69b34/crates/goose/src/agents/extension.rs',
      'https://github.com/aaif-goose/goose/pull/5439',
      'https://block.github.io/goose/docs/guides/config-files',
    ],
    read: '2026-11-28',
  },
};
