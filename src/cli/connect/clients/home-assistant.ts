import type { Client } from '../client.ts';

/** Its integration signs in with OAuth or not at all: there is no field for a token. */
export const homeAssistant: Client = {
  id: 'home-assistant',
  title: 'Home Assistant',
  steps: ({ url }) => [
    'Settings, Devices & services, Add integration, Model Context Protocol',
    `URL: ${url}`,
    'It signs in with an OAuth client id and secret (LARES_OIDC_ISSUER on the side of Lares) and has no field for a token',
    'Then choose Lares among the tools of a conversation agent',
  ],
  afterwards:
    'It asks with Streamable HTTP; a release that only knows the transport of 2024 needs `lares serve --http --legacy-sse` and /sse in place of /mcp.',
  source: {
    kind: 'code',
    urls: [
      'https://github.com/home-assistant/core/blob/1400c8be733a88bbd7b03b7f94bbd593d313562e/homeassistant/components/mcp/coordinator.py',
      'https://home-assistant.io/integrations/mcp',
    ],
    read: '2026-11-28',
  },
};
