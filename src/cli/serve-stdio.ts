import type { Env } from '../core/config/env.ts';
import { createRuntime } from '../core/runtime.ts';
import { isLogged } from '../mcp/debug-log.ts';
import { serveOnStdio } from '../mcp/stdio.ts';
import { services } from '../services/index.ts';

/** MCP on stdin and stdout. What is wrong with the configuration goes to stderr; the client still gets what works. */
export function serve(env: Env): void {
  const runtime = createRuntime(services, env);
  const problems = [
    ...runtime.globals.problems,
    ...runtime.globals.warnings,
    ...runtime.services.flatMap((configured) => [
      ...configured.problems.map((problem) => `${configured.service.title} is off: ${problem}`),
      ...configured.warnings,
      ...configured.weakSecrets,
    ]),
  ];
  if (isLogged('warn', runtime.globals.logLevel))
    for (const problem of problems) process.stderr.write(`lares: ${runtime.redact(problem)}\n`);
  serveOnStdio(runtime);
}
