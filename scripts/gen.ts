import { readFileSync, writeFileSync } from 'node:fs';
import { generated } from './generated.ts';

/** `npm run gen` writes what is made from the definitions; `npm run gen -- --check` only says what is stale, and fails. */
const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [file, make] of generated) {
  const url = new URL(`../${file}`, import.meta.url);
  const before = readFileSync(url, 'utf8');
  const after = await make(before);
  if (before === after) continue;
  stale.push(file);
  if (!check) writeFileSync(url, after);
}
if (stale.length > 0)
  console.log(`${check ? 'Stale: run npm run gen and commit' : 'Written'}: ${stale.join(', ')}`);
if (check && stale.length > 0) process.exitCode = 1;
