import { errorText } from '../core/call.ts';
import { createRuntime } from '../core/runtime.ts';
import { serveHttp, type HttpServer, type Serving } from '../mcp/http/index.ts';
import { services } from '../services/index.ts';
import { exit } from './command.ts';
import { environment } from './run.ts';
import type { ServeOptions } from './serve.ts';

/** Serves MCP over HTTP until it is told to end; SIGHUP reads the configuration again. */
export async function serveOnNetwork({
  envFile,
  host,
  port,
  tlsCert,
  tlsKey,
  allowedHost,
  trustedProxy,
  legacySse,
}: ServeOptions): Promise<void> {
  const server = await begun({
    env: () => environment(envFile),
    files: envFile === undefined ? [] : [envFile],
    flags: {
      http_host: host,
      http_port: port,
      tls_cert: tlsCert,
      tls_key: tlsKey,
      allowed_hosts: allowedHost?.join(','),
      trusted_proxy: trustedProxy?.join(','),
      legacy_sse: legacySse ? 'true' : undefined,
    },
    open: (env, inherited) => createRuntime(services, env, Date.now, inherited),
  });
  if (!server) return;
  let ending = false;
  const end = (): void => {
    // Whoever asks twice does not want to wait.
    if (ending) process.exit(1);
    ending = true;
    void server.close().finally(() => process.exit());
  };
  process
    .on('SIGHUP', () => void server.reload())
    .on('SIGTERM', end)
    .on('SIGINT', end);
}

/** This file is a bundle of its own, whose errors the command line would not know by their classes: they become words here. */
async function begun(serving: Serving): Promise<HttpServer | undefined> {
  try {
    return await serveHttp(serving);
  } catch (error) {
    process.stderr.write(`lares: ${errorText({ redact: (text) => text }, error)}\n`);
    process.exitCode = exit.unchecked;
    return undefined;
  }
}
