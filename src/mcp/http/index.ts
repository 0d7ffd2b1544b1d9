import type { Env } from '../../core/config/env.ts';
import { errorText } from '../../core/call.ts';
import { readGlobals, type Globals } from '../../core/config/globals.ts';
import type { Runtime, RuntimeOptions } from '../../core/runtime.ts';
import type { NetworkField } from '../../core/config/network.ts';
import { TokenFile } from './auth/tokens.ts';
import { SubscriptionBus } from '../subscription-bus.ts';
import type { McpServerFactory } from '../server.ts';
import { httpApp } from './app.ts';
import { createAuthenticator } from './auth/authenticate.ts';
import { mcpEndpoint } from './endpoint.ts';
import { tokenBucketLimiter, sharedLimiter } from './middleware/rate-limit.ts';
import { listen, type Listener } from './listener.ts';
import { jsonLog, logEvents } from './log.ts';
import { metrics } from './metrics.ts';
import { ReloadingRuntime } from './reloading-runtime.ts';
import { Sessions } from './sessions.ts';
import { originOf, readSettings, refuseOpenDoor, type Settings } from './settings.ts';
import { SharedBus } from './shared-bus.ts';
import { watchFiles } from './watch.ts';

export interface Serving {
  /** The environment of now: read again at every reload. */
  env(): Env;
  /** Files outside the environment that configure something: the dotenv file. */
  files?: readonly string[];
  flags?: Partial<Record<NetworkField, string | undefined>>;
  open(env: Env, inherited: RuntimeOptions): Runtime;
  /** How a runtime is shown; only the conformance suite shows more. */
  factory?: (runtime: Runtime) => McpServerFactory;
  /** How often files are looked at for changes, in milliseconds. */
  watchMs?: number;
  timeouts?: Parameters<typeof listen>[1];
}

export interface HttpServer {
  /** `http://127.0.0.1:8765` */
  readonly url: string;
  /** Reads everything that stands in files again. Returns why it was not taken; empty: it was. */
  reload(): string[];
  /** Finishes what is under way, logs out of every service, and is gone. */
  close(patienceMs?: number): Promise<void>;
}

/** Lares on the network. Throws a ConfigError when it would let everybody in, or cannot listen. */
export async function serveHttp(serving: Serving): Promise<HttpServer> {
  const globals = readGlobals(serving.env());
  const settings = readSettings(serving.env(), serving.flags ?? {}, globals);
  const tokens = new TokenFile(settings.tokensFile);
  refuseOpenDoor(settings, tokens.entries().length > 0);
  const listener = await listen(settings, serving.timeouts);
  try {
    return await begin(serving, globals, settings, tokens, listener);
  } catch (error) {
    listener.refuse();
    listener.close();
    throw error;
  }
}

async function begin(
  { env, files = [], open, factory, watchMs = 1_000 }: Serving,
  { logLevel }: Globals,
  settings: Settings,
  tokens: TokenFile,
  listener: Listener,
): Promise<HttpServer> {
  const origin = originOf(settings, listener.port);
  const provider =
    settings.oidc_issuer === undefined
      ? undefined
      : (await import('./auth/oidc.ts')).oidcProvider(
          settings.oidc_issuer,
          settings.oidc_audience ?? `${origin}/mcp`,
          settings,
        );
  const page = (): string | undefined =>
    provider || tokens.entries().some(({ scope }) => scope === 'approve')
      ? `${origin}/approve/`
      : undefined;
  const runtimes = new ReloadingRuntime(env, open, page, factory);
  const runtime = (): Runtime => runtimes.current;
  const log = jsonLog(logLevel, (text) => runtime().redact(text));
  const stopLogging = logEvents(logLevel, log);
  const factoryFor = runtimes.serversFor.bind(runtimes);
  const sessions = new Sessions(factoryFor, {
    max: settings.max_sessions,
    idleMs: settings.session_idle_s * 1000,
  });
  const { shared } = runtime();
  const bus = shared
    ? new SharedBus(
        shared,
        (event) => sessions.announce(event),
        (error) =>
          log('error', 'no changes of other replicas will be heard', {
            why: errorText(runtime(), error),
          }),
      )
    : new SubscriptionBus();
  const endpoint = mcpEndpoint({
    factoryFor,
    sessions,
    bus,
    maxBytes: settings.max_body_kb * 1024,
    onerror: (error) => log('debug', 'protocol', { error: runtime().redact(error.message) }),
  });
  const counted = metrics({
    sessions: () => sessions.size,
    underWay: () => runtime().inFlight.size,
  });
  const limiter = sharedLimiter(
    settings.rate_per_minute,
    () => runtime().shared,
    tokenBucketLimiter(settings.rate_per_minute),
  );
  const sse = settings.legacy_sse
    ? (await import('./legacy-sse.ts')).legacySse(factoryFor, {
        max: settings.max_sessions,
        maxBytes: settings.max_body_kb * 1024,
      })
    : undefined;
  let stopping = false;
  listener.serve(
    httpApp({
      legacySse: sse,
      settings,
      origin,
      runtime,
      authenticator: createAuthenticator(settings, tokens, provider),
      endpoint,
      limiter,
      metrics: counted,
      log,
      stopping: () => stopping,
    }),
  );
  const reload = (): string[] => {
    try {
      listener.renew();
      const worse = runtimes.reload();
      if (worse.length > 0) throw new Error(worse.join('; '));
      sessions.rebind();
      sse?.rebind();
      endpoint.modern.notify.toolsChanged();
      endpoint.modern.notify.resourcesChanged();
      bus.moved();
      log('info', 'configuration read again');
      return [];
    } catch (error) {
      log('error', 'configuration not taken, the one before it stays', {
        why: errorText(runtime(), error),
      });
      return [errorText(runtime(), error)];
    }
  };
  const fixed = [...files, settings.tokensFile, settings.tls_cert ?? '', settings.tls_key ?? ''];
  const unwatch = watchFiles(() => [...fixed, ...runtimes.files].filter(Boolean), reload, watchMs);
  // The first call should not wait for a service to load.
  for (const configured of runtime().services)
    if (configured.state === 'on') configured.service.load().catch(() => undefined);
  for (const problem of runtime().globals.problems) log('warn', 'configuration', { problem });
  log('info', 'listening', {
    url: `${origin}/mcp`,
    authentication: provider
      ? 'OIDC and tokens'
      : tokens.exists
        ? 'tokens'
        : 'none, this machine only',
  });
  return {
    url: origin,
    reload,
    async close(patienceMs = 50_000) {
      stopping = true;
      unwatch();
      listener.refuse();
      await runtimes.close(patienceMs);
      await Promise.all([endpoint.modern.close(), sessions.close(), sse?.close()]);
      listener.close();
      counted.close();
      stopLogging();
    },
  };
}
