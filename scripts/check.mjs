// What `npm test` asks before the tests, side by side: types take as long as all the rest together. Plain JavaScript, so that nothing has to be compiled first.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (path) => `node_modules/${path}`;

/** Steps in one chain run one after another; the chains run at the same time. One checker: several check what they share once each, which costs more than two cores give back. */
const chains = [
  [['types', bin('typescript/bin/tsc'), '--noEmit', '-p', '.', '--checkers', '1']],
  [
    ['lint', bin('oxlint/bin/oxlint'), '--deny-warnings', '.'],
    ['format', bin('oxfmt/bin/oxfmt'), '--check', '.'],
    ['build', 'scripts/build.mjs'],
    ['gen --check', bin('tsx/dist/cli.mjs'), 'scripts/gen.ts', '--check'],
  ],
];

/** Runs one step to its end. What it prints is shown only if it fails, so that two never mix. */
function run([name, ...args]) {
  const begun = Date.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
      if (code !== 0) console.log(output);
      resolve(code === 0);
    });
  });
}

/** Every step runs, also after one that failed: one look shows all there is to mend. */
async function runChain(steps) {
  const passed = [];
  for (const step of steps) passed.push(await run(step));
  return passed.every(Boolean);
}

const passed = await Promise.all(chains.map(runChain));
if (!passed.every(Boolean)) process.exitCode = 1;
