import { openHouse } from '../core/house.ts';
import { serveHttp } from '../mcp/http/index.ts';
import { services } from '../services/index.ts';
import { environment, type Common } from './context.ts';

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

/** Serves MCP over HTTP until it is told to end; SIGHUP reads the configuration again. */
export async function serveOnNetwork({ envFile, host, port, tlsCert, tlsKey, allowedHost, trustedProxy, legacySse }: ServeOptions): Promise<void> {
  const server = await serveHttp({
    env: () => environment(envFile),
    files: envFile === undefined ? [] : [envFile],
    flags: { http_host: host, http_port: port, tls_cert: tlsCert, tls_key: tlsKey, allowed_hosts: allowedHost?.join(','), trusted_proxy: trustedProxy?.join(','), legacy_sse: legacySse ? 'true' : undefined },
    open: (env, inherited) => openHouse(services, env, Date.now, inherited),
  });
  let ending = false;
  const end = (): void => {
    // Whoever asks twice does not want to wait.
    if (ending) process.exit(1);
    ending = true;
    void server.close().finally(() => process.exit());
  };
  process.on('SIGHUP', () => void server.reload()).on('SIGTERM', end).on('SIGINT', end);
}
