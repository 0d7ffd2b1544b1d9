import * as z from 'zod';

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
