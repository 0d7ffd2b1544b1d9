#!/usr/bin/env -S node --
// Behind `--`, Node 20 leaves --env-file to Lares.
// A client starts this without arguments and waits for the list of tools: nothing else is loaded on that way.
if (process.argv.length > 2) {
  const { run } = await import('./program.ts');
  await run(process.argv);
} else if (process.stdin.isTTY) {
  const { welcome } = await import('./welcome.ts');
  welcome();
} else {
  const { serve } = await import('./serve-stdio.ts');
  serve(process.env);
}
