import * as z from 'zod';

/**
 * Caddy's native JSON config, as loaded: every key may be missing, plugins add their own, and a Caddyfile is not kept.
 * Source of the shapes: caddyserver/caddy v2.11.4 modules/caddyhttp and modules/caddytls; recorded from 2.6.2 and 2.11.4.
 */

/** One matcher set: all of it must match. Values are the matcher modules' own. */
export const MatcherSet = z.record(z.string(), z.unknown());
export type MatcherSet = z.output<typeof MatcherSet>;

/** A duration is nanoseconds or a string such as `30s`. */
const Duration = z.union([z.number(), z.string()]);
const Names = z.array(z.string());

/** Values by name; a name without one (null) is left out. */
const named = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .record(z.string(), schema.nullable())
    .transform(
      (values) =>
        Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Record<
          string,
          z.output<Schema>
        >,
    );

export const ReverseProxy = z.looseObject({
  handler: z.literal('reverse_proxy'),
  upstreams: z.array(z.looseObject({ dial: z.string().nullish() })).nullish(),
  dynamic_upstreams: z
    .looseObject({ source: z.string().nullish(), name: z.string().nullish() })
    .nullish(),
  transport: z
    .looseObject({ protocol: z.string().nullish(), tls: z.unknown().nullish() })
    .nullish(),
  load_balancing: z
    .looseObject({ selection_policy: z.looseObject({ policy: z.string().nullish() }).nullish() })
    .nullish(),
  health_checks: z
    .looseObject({
      active: z.looseObject({}).nullish(),
      passive: z
        .looseObject({ fail_duration: Duration.nullish(), max_fails: z.number().nullish() })
        .nullish(),
    })
    .nullish(),
});
export type ReverseProxy = z.output<typeof ReverseProxy>;

export const Subroute = z.looseObject({
  handler: z.literal('subroute'),
  get routes() {
    return z.array(Route).nullish();
  },
});
export type Subroute = z.output<typeof Subroute>;

/** Whatever else handles a request, plugins included: their fields are their own. */
const Other = z.looseObject({
  handler: z
    .string()
    .refine((name) => name !== 'reverse_proxy' && name !== 'subroute')
    .nullish()
    .transform((name) => name ?? 'unnamed'),
});

export const Handler = z.union([ReverseProxy, Subroute, Other]);
export type Handler = z.output<typeof Handler>;

export const isProxy = (handler: Handler): handler is ReverseProxy =>
  handler.handler === 'reverse_proxy';
export const isSubroute = (handler: Handler): handler is Subroute => handler.handler === 'subroute';

export const Route = z.looseObject({
  group: z.string().nullish(),
  match: z.array(MatcherSet).nullish(),
  handle: z.array(Handler).nullish(),
});
export type Route = z.output<typeof Route>;

/** One entry of `handle_response`. */
export const ResponseRoutes = z.looseObject({ routes: z.array(Route).nullish() });

/** Which certificate is shown to whom. */
const ConnectionPolicy = z.looseObject({
  match: z.looseObject({ sni: Names.nullish() }).nullish(),
  certificate_selection: z
    .looseObject({ any_tag: Names.nullish(), all_tags: Names.nullish() })
    .nullish(),
});

export const Server = z.looseObject({
  listen: Names.nullish(),
  routes: z.array(Route).nullish(),
  errors: z.looseObject({ routes: z.array(Route).nullish() }).nullish(),
  named_routes: named(Route).nullish(),
  tls_connection_policies: z.array(ConnectionPolicy).nullish(),
  automatic_https: z
    .looseObject({
      disable: z.boolean().nullish(),
      skip: Names.nullish(),
      disable_certificates: z.boolean().nullish(),
      skip_certificates: Names.nullish(),
      ignore_loaded_certificates: z.boolean().nullish(),
    })
    .nullish(),
});
export type Server = z.output<typeof Server>;

const Policy = z.looseObject({
  subjects: Names.nullish(),
  on_demand: z.boolean().nullish(),
  get_certificate: z.array(z.looseObject({ via: z.string().nullish() })).nullish(),
  issuers: z
    .array(
      z.looseObject({
        module: z.string().nullish(),
        challenges: z
          .looseObject({
            dns: z
              .looseObject({ provider: z.looseObject({ name: z.string().nullish() }).nullish() })
              .nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});
export type Policy = z.output<typeof Policy>;

const LoadedCertificates = z.array(z.looseObject({ tags: Names.nullish() }));

/** `null` when no config is loaded. */
export const Config = z
  .looseObject({
    apps: z
      .looseObject({
        http: z
          .looseObject({
            http_port: z.number().nullish(),
            https_port: z.number().nullish(),
            servers: named(Server).nullish(),
          })
          .nullish(),
        tls: z
          .looseObject({
            automation: z.looseObject({ policies: z.array(Policy).nullish() }).nullish(),
            certificates: z
              .looseObject({
                automate: Names.nullish(),
                load_files: LoadedCertificates.nullish(),
                load_pem: LoadedCertificates.nullish(),
                load_folders: z.array(z.unknown()).nullish(),
                load_storage: z.looseObject({ pairs: LoadedCertificates.nullish() }).nullish(),
              })
              .nullish(),
          })
          .nullish(),
      })
      .nullish(),
  })
  .nullable()
  .transform((config) => config ?? {});
export type Config = z.output<typeof Config>;

/** GET /reverse_proxy/upstreams: requests in flight and passive failures per dial address, over all sites; it does not know health. `null` without any. */
export const Upstreams = z
  .array(z.looseObject({ address: z.string(), num_requests: z.number(), fails: z.number() }))
  .nullable()
  .transform((list) =>
    (list ?? []).map(({ address, num_requests, fails }) => ({
      address,
      inFlight: num_requests,
      fails,
    })),
  );
export type Upstreams = z.output<typeof Upstreams>;
