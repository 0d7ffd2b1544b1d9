import * as z from 'zod';

/** Version and release are told apart: `4.2` and `3` are 4.2.3. */
export const Version = z
  .object({ version: z.string(), release: z.union([z.string(), z.number()]) })
  .transform(({ version, release }) => `${version}.${release}`);

/** Privileges by path. That a privilege is named means that it is granted there; the value says whether it is handed down. */
export const Permissions = z.record(
  z.string(),
  z
    .record(
      z.string(),
      z
        .boolean()
        .nullish()
        .transform((value) => value ?? false),
    )
    .nullish()
    .transform((granted) => granted ?? {}),
);
export type Permissions = z.output<typeof Permissions>;
