import * as z from 'zod';

/** Why a name is, or is not, on a list. */
export const Search = z
  .object({
    search: z.object({
      domains: z.array(
        z.object({
          domain: z.string().nullish(),
          type: z.string(),
          kind: z.string(),
          enabled: z.boolean().nullish(),
        }),
      ),
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
    const own = domains.filter(({ enabled }) => enabled !== false);
    return {
      allowed:
        own.some(({ type }) => type === 'allow') || lists.some(({ type }) => type === 'allow'),
      /** A regular expression may say itself what is answered, behind a semicolon. */
      hasReply: own.some(({ type, domain }) => type === 'deny' && /;reply=/i.test(domain ?? '')),
      blockedBy: [
        ...own.filter(({ type }) => type === 'deny').map(({ kind }) => `denylist (${kind})`),
        ...new Set(lists.filter(({ type }) => type !== 'allow').map(({ address }) => address)),
      ],
    };
  });
