import { messageOf, UpstreamError } from '../../core/base/errors.ts';
import type { Check } from '../../core/health.ts';
import type { Pbs } from './client.ts';
import type { Datastore, Usage } from './schema/datastore.ts';

/** How full each datastore is, by name. The server answers for all or for none: where one of them spoils the list, each is asked alone. Undefined where nothing could be asked. */
export async function readUsage(
  server: Pbs,
  check: Check,
  datastores: Promise<readonly Datastore[]>,
): Promise<Usage[] | undefined> {
  return check('usage of datastores', () =>
    server.usage().catch(async (error: unknown) => {
      if (!isSpoiled(error)) throw error;
      await check('when datastores will be full', () => Promise.reject(error as Error), {
        extra: true,
      });
      return usageOneByOne(server, check, await datastores);
    }),
  );
}

/** The server looked and failed: no refusal, and no silence. */
const isSpoiled = (error: unknown): boolean => error instanceof UpstreamError && !error.denied;

/** Sizes only: when they will be full stands in the list alone, and is a gap without it. */
async function usageOneByOne(
  server: Pbs,
  check: Check,
  datastores: readonly Datastore[],
): Promise<Usage[]> {
  const rows = await Promise.all(
    datastores.map(({ store, mount, backend, maintenance }) => {
      const row: Usage = { ...unknown, store, mount, backend };
      if (maintenance || mount === 'notmounted') return row;
      return check(`usage of ${store}`, () =>
        server.sizes(store).then(
          (sizes): Usage => ({ ...row, ...sizes }),
          (error: unknown): Usage => {
            if (!isSpoiled(error)) throw error;
            return { ...row, error: reasonOf(error) };
          },
        ),
      );
    }),
  );
  return rows.filter((row) => row !== undefined);
}

const unknown = {
  hasOutlook: false,
  totalBytes: undefined,
  usedBytes: undefined,
  availableBytes: undefined,
  error: undefined,
  fullAt: undefined,
  dataBytes: undefined,
  chunkBytes: undefined,
  indexFiles: undefined,
};

/** The server's own words, without the request that they answer. */
const reasonOf = (error: unknown): string => messageOf(error).message.replace(/^GET \S+: \d+ /, '');
