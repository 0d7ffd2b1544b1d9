import * as z from 'zod';

const seconds = (value: number): number => value * 1_000;
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

/** FTL's own version is the one that decides what the API can do; any leaf may be null. */
export const Version = z
  .object({
    version: z.object({
      ftl: z.object({ local: z.object({ version: text }).nullish() }),
      docker: z.object({ local: z.unknown().nullish() }).nullish(),
    }),
  })
  .transform(({ version: { ftl, docker } }) => ({
    ftl: ftl.local?.version,
    docker: docker?.local !== undefined && docker.local !== null,
  }));

/** `GET /config/dns`, as far as records and answers depend on it. */
export const Dns = z
  .object({
    config: z.object({
      dns: z.object({
        hosts: z.array(z.string()),
        cnameRecords: z.array(z.string()),
        upstreams: z.array(z.string()),
        blocking: z.object({ active: z.boolean(), mode: z.string() }),
      }),
    }),
  })
  .transform(
    ({
      config: {
        dns: { blocking, ...dns },
      },
    }) => ({ ...dns, blocking: blocking.active, mode: blocking.mode }),
  );
export type Dns = z.output<typeof Dns>;

const Detailed = z.object({
  value: z.array(z.string()),
  flags: z.object({ env_var: z.boolean() }),
});
export const DetailedHosts = z
  .object({ config: z.object({ dns: z.object({ hosts: Detailed }) }) })
  .transform(
    ({
      config: {
        dns: { hosts },
      },
    }) => ({ entries: hosts.value, byEnvironment: hosts.flags.env_var }),
  );
export const DetailedCnames = z
  .object({ config: z.object({ dns: z.object({ cnameRecords: Detailed }) }) })
  .transform(
    ({
      config: {
        dns: { cnameRecords },
      },
    }) => ({ entries: cnameRecords.value, byEnvironment: cnameRecords.flags.env_var }),
  );

/** v6.0 may lack a leaf: `GET /config/<unknown>` is then 200 with an empty object. */
export const ReadOnly = z
  .object({ config: z.object({ misc: z.object({ readOnly: z.boolean().optional() }).optional() }) })
  .transform(({ config }) => config.misc?.readOnly ?? false);
export const AppSudo = z
  .object({
    config: z.object({
      webserver: z
        .object({ api: z.object({ app_sudo: z.boolean().optional() }).optional() })
        .optional(),
    }),
  })
  .transform(({ config }) => config.webserver?.api?.app_sudo ?? false);
/** Whether this session was made with an app password, or by the command line (which may never change the configuration); neither without a password. */
export const Sessions = z
  .object({
    sessions: z.array(
      z.object({
        current_session: z.boolean(),
        app: z.boolean().nullish(),
        cli: z.boolean().nullish(),
      }),
    ),
  })
  .transform(({ sessions }) => {
    const mine = sessions.find((session) => session.current_session);
    return { app: mine?.app ?? false, cli: mine?.cli ?? false };
  });

/** `timer`: seconds until it flips back by itself, null when it stays. */
export const Blocking = z
  .object({ blocking: z.string(), timer: z.number().nullish() })
  .transform(({ blocking, timer }) => ({ state: blocking, flipsInSeconds: timer ?? undefined }));

/** Counts are of the last 24 hours. Zero as the time of the last update means never. */
export const Summary = z
  .object({
    queries: z.object({ total: z.number(), percent_blocked: z.number() }),
    gravity: z.object({ domains_being_blocked: z.number(), last_update: z.number() }),
  })
  .transform(({ queries, gravity }) => ({
    queries: queries.total,
    blockedShare: queries.percent_blocked / 100,
    listedDomains: gravity.domains_being_blocked,
    listsUpdatedAt: gravity.last_update === 0 ? undefined : seconds(gravity.last_update),
  }));

/** `html` is never read. Times ms. */
export const Messages = z
  .object({ messages: z.array(z.object({ timestamp: z.number(), type: z.string(), plain: text })) })
  .transform(({ messages }) =>
    messages.map(({ timestamp, type, plain }) => ({
      at: seconds(timestamp),
      type,
      plain: plain ?? type,
    })),
  );
export type Message = z.output<typeof Messages>[number];

/** A null cursor is how the highest privacy level answers: it shows no questions at all. */
export const Queries = z
  .object({
    queries: z.array(
      z.object({
        time: z.number(),
        domain: z.string().nullish(),
        upstream: text,
        reply: z.object({ type: text }).nullish(),
      }),
    ),
    cursor: z.number().nullish(),
  })
  .transform(({ queries, cursor }) => ({
    hidden: queries.length === 0 && (cursor === null || cursor === undefined),
    rows: queries.map(({ time, domain, upstream, reply }) => ({
      at: seconds(time),
      domain: domain ?? '',
      upstream: upstream ?? 'unknown',
      reply: reply?.type ?? 'UNKNOWN',
    })),
  }));
export type Question = z.output<typeof Queries>['rows'][number];

export const Interfaces = z
  .object({
    interfaces: z.array(
      z.object({
        addresses: z
          .array(z.object({ address: z.string().nullish(), prefixlen: z.number().nullish() }))
          .nullish(),
      }),
    ),
  })
  .transform(({ interfaces }) =>
    interfaces.flatMap(({ addresses }) =>
      (addresses ?? []).flatMap(({ address, prefixlen }) =>
        address ? [{ address, prefix: prefixlen ?? undefined }] : [],
      ),
    ),
  );

/** Why a name is, or is not, on a list. */
export const Search = z
  .object({
    search: z.object({
      domains: z.array(z.object({ type: z.string(), kind: z.string(), enabled: z.boolean() })),
      gravity: z.array(
        z.object({
          address: z.string(),
          type: z.string().nullish(),
          enabled: z.boolean().nullish(),
        }),
      ),
    }),
  })
  .transform(({ search: { domains, gravity } }) => {
    const lists = gravity.filter(({ enabled }) => enabled !== false);
    const own = domains.filter(({ enabled }) => enabled);
    return {
      allowed:
        own.some(({ type }) => type === 'allow') || lists.some(({ type }) => type === 'allow'),
      blockedBy: [
        ...own.filter(({ type }) => type === 'deny').map(({ kind }) => `denylist (${kind})`),
        ...new Set(lists.filter(({ type }) => type !== 'allow').map(({ address }) => address)),
      ],
    };
  });

/** Asked without a session: whether the resolver behind the API serves. */
export const Login = z.object({ dns: z.boolean() }).transform(({ dns }) => dns);

/** When FTL was started, seen from now; `uptime` is in milliseconds here (in /info/system it is in seconds). */
export const Uptime = z
  .object({ ftl: z.object({ uptime: z.number() }) })
  .transform(({ ftl }) => ftl.uptime);
