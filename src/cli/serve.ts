import { defineCommand, type Common } from './command.ts';

export interface ServeOptions extends Common {
  http?: boolean;
  host?: string;
  port?: string;
  tlsCert?: string;
  tlsKey?: string;
  allowedHost?: string[];
  trustedProxy?: string[];
  legacySse?: boolean;
}

export const serveCommand = defineCommand({
  name: 'serve',
  summary: 'serve MCP over stdin and stdout, as without arguments; --http: on the network',
  options: [
    { flags: '--http', description: 'Streamable HTTP at /mcp' },
    {
      flags: '--host <address>',
      description: 'listen there (default 127.0.0.1); any other needs tokens or OIDC',
    },
    { flags: '--port <n>', description: 'listen there (default 8765)' },
    { flags: '--tls-cert <file>', description: 'serve HTTPS with this certificate' },
    { flags: '--tls-key <file>', description: 'and this key' },
    { flags: '--allowed-host <name...>', description: 'accept this name in Host and Origin' },
    { flags: '--trusted-proxy <address...>', description: 'believe what this proxy forwards' },
    { flags: '--legacy-sse', description: 'serve the transport of 2024 too' },
  ],
  common: 'all',
  async run(options: ServeOptions) {
    if (options.http) {
      const { serveOnNetwork } = await import('./serve-http.ts');
      await serveOnNetwork(options);
    } else {
      const [{ serve }, { environment }] = await Promise.all([
        import('./serve-stdio.ts'),
        import('./run.ts'),
      ]);
      if (process.stdin.isTTY) {
        const { explainServing } = await import('./welcome.ts');
        explainServing();
      }
      serve(environment(options.envFile));
    }
    return undefined;
  },
});
