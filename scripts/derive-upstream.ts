import { writeFileSync } from 'node:fs';
import { present } from '../test/upstream/library.ts';
import { upstreams } from '../test/upstream/sources/index.ts';
import { derive, printed } from '../test/upstream/upstream.ts';

/** `npm run derive` reads the upstream descriptions and recordings in ../shared/apis/data and writes what Lares uses of them to test/upstream/derived. */
if (present)
  for (const upstream of upstreams)
    writeFileSync(
      new URL(`../test/upstream/derived/${upstream.name}.json`, import.meta.url),
      printed(derive(upstream)),
    );
else {
  console.error('../shared/apis/data is not here: nothing to derive from.');
  process.exitCode = 1;
}
