import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { coldStart } from './cold-start.ts';
import { health, readOverhead } from './calls.ts';
import { network } from './http.ts';
import { map } from './map.ts';
import { overview } from './scale.ts';
import { tokens } from './tokens.ts';
import type { Ratio } from './measure.ts';

/** `npm run bench`: every figure is a ratio against a floor measured in the same run, or a count. Writes RESULTS.md. */
execFileSync(process.execPath, [new URL('../scripts/build.mjs', import.meta.url).pathname], {
  stdio: 'inherit',
});
const all: Ratio[] = [];
for (const part of [coldStart, readOverhead, health, map, overview, network, tokens]) {
  const ratios = await part();
  for (const { what, value, target, met, detail } of ratios)
    console.log(`${met ? 'ok  ' : 'MISS'} ${what}: ${value} (target ${target}; ${detail})`);
  all.push(...ratios);
}
const rows = all.map(
  ({ what, value, target, met, detail }) =>
    `| ${what} | **${value}** | ${target} | ${met ? 'met' : 'missed'} | ${detail} |`,
);
writeFileSync(
  new URL('RESULTS.md', import.meta.url),
  `# Results

\`npm run bench\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}. Ratios against a floor measured in the same run; medians; milliseconds are of this machine and only there for scale.

| What | Measured | Target | | Detail |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`,
);
process.exit();
