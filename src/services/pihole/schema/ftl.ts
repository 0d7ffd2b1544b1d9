import * as z from 'zod';

/** FTL's own version is the one that decides what the API can do; any leaf may be null. */
export const Version = z
  .object({
    version: z.object({
      ftl: z.object({ local: z.object({ version: z.string().nullish() }).nullish() }).nullish(),
      docker: z.object({ local: z.unknown().nullish() }).nullish(),
    }),
  })
  .transform(({ version: { ftl, docker } }) => ({
    ftl: ftl?.local?.version ?? undefined,
    docker: docker?.local !== undefined && docker.local !== null,
  }));

/** The process: `uptime` is in milliseconds here (in /info/system it is in seconds). From `privacy_level` 3 on no questions are shown. */
export const Ftl = z
  .object({
    ftl: z.object({
      uptime: z.number(),
      pid: z.number().nullish(),
      privacy_level: z.number().nullish(),
    }),
  })
  .transform(({ ftl }) => ({
    uptimeMs: ftl.uptime,
    pid: ftl.pid ?? undefined,
    privacyLevel: ftl.privacy_level ?? undefined,
  }));
export type Ftl = z.output<typeof Ftl>;

/** `timer`: seconds until it flips back by itself, null when it stays. */
export const Blocking = z
  .object({ blocking: z.string(), timer: z.number().nullish() })
  .transform(({ blocking, timer }) => ({ state: blocking, flipsInSeconds: timer ?? undefined }));
export type Blocking = z.output<typeof Blocking>;

/** Every address of every interface, with the length of its network. */
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
