import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { present } from './library.ts';
import { schemas } from './schemas.ts';
import { upstreams } from './sources/index.ts';
import { derive, endpointOf, printed } from './upstream.ts';

if (!present)
  console.warn(
    'SKIPPED: ../shared/apis/data is not here, so test/upstream/derived is not compared with the upstream descriptions, and their recordings are not read.',
  );

describe.skipIf(!present)('the upstream descriptions and recordings', () => {
  test.each(upstreams)('$name: give the facts that are committed (npm run derive)', (upstream) => {
    expect(printed(derive(upstream))).toBe(
      readFileSync(new URL(`derived/${upstream.name}.json`, import.meta.url), 'utf8'),
    );
  });

  test.each(upstreams)(
    '$name: every recorded answer to what Lares asks is one it can read',
    ({ name, asked, recorded, older }) => {
      const unread = [...(recorded?.() ?? []), ...(older?.() ?? [])].flatMap(
        ({ method, path, query, body }) => {
          const endpoint = endpointOf(asked, method, path);
          const schema = endpoint === undefined ? undefined : schemas[name]?.[endpoint];
          const parsed = schema?.safeParse(body);
          return !parsed || parsed.success || plainList(path, query)
            ? []
            : [`${endpoint}: ${parsed.error.message}`];
        },
      );
      expect(unread).toEqual([]);
    },
  );
});

/** Lares asks for lists of records with their flags; the transcripts have some without. */
const plainList = (path: string, query: readonly string[]): boolean =>
  /^\/api\/config\/dns\/(hosts|cnameRecords)$/.test(path) && !query.includes('detailed');
