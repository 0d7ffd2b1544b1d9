import { isObject, type JsonObject } from '../../../core/base/json.ts';
import { authorization, type Client } from '../client.ts';
import { jsonc } from '../formats/jsonc.ts';
import { everywhere } from '../places.ts';

const reference = (variable: string): string => `{env:${variable}}`;

/** Version 2 has servers under `mcp.servers` and still reads `mcp`, where version 1 has them; a server of version 1 may be called `servers`. */
function section({ mcp }: JsonObject): readonly string[] {
  const servers = isObject(mcp) ? mcp['servers'] : undefined;
  return isObject(servers) && typeof servers['type'] !== 'string' ? ['mcp', 'servers'] : ['mcp'];
}

export const opencode: Client = {
  id: 'opencode',
  title: 'OpenCode',
  file: {
    format: jsonc,
    user: everywhere('{config}/opencode/opencode.json', '{config}/opencode/opencode.jsonc'),
    override: '{OPENCODE_CONFIG}',
    project: 'opencode.json',
    section,
  },
  program: ({ command, args, env }) => ({
    type: 'local',
    command: [command, ...args],
    ...(Object.keys(env).length > 0 && { environment: env }),
  }),
  // Without `oauth: false` it answers a refused token with a sign-in that there may not be.
  remote: (server) => ({
    type: 'remote',
    url: server.url,
    ...authorization(server, reference),
    ...(server.tokenVariable !== undefined && { oauth: false }),
  }),
  reference,
  afterwards: 'Start OpenCode anew; `opencode mcp list` shows the server.',
  source: {
    kind: 'code',
    urls: [
      'https://github.com/anomalyco/opencode/blob/11072ad5013c895bf28514bd0b7622459842c102/packages/opencode/src/config/mcp.ts',
      'https://opencode.ai/v2/docs/mcp-servers/',
      'https://opencode.ai/docs/migrate-v1/',
      'https://github.com/neon-solutions/add-mcp/issues/103',
    ],
    read: '2026-11-28',
  },
};
