import { basename, relative } from 'node:path';

/** How this program was started, for commands that a person can copy: `lares` from the path, else `node dist/lares.js`. */
export function invocation(
  script: string = process.argv[1] ?? 'lares',
  cwd: string = process.cwd(),
): string {
  if (basename(script) === 'lares') return 'lares';
  const near = relative(cwd, script);
  return `node ${near.startsWith('..') ? script : near}`;
}
