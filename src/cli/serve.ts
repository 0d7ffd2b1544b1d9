import type { Env } from '../core/config/env.ts';
import { openHouse } from '../core/runtime.ts';
import { serveOnStdio } from '../mcp/stdio.ts';
import { services } from '../services/index.ts';

/** MCP on stdin and stdout. What is wrong with the configuration goes to stderr; the client still gets what works. */
export function serve(env: Env): void {
  const house = openHouse(services, env);
  const problems = [
    ...house.globals.problems,
    ...house.rooms.flatMap((room) => [
      ...room.problems.map((problem) => `${room.service.title} is off: ${problem}`),
      ...room.warnings,
    ]),
  ];
  for (const problem of problems) process.stderr.write(`lares: ${house.redact(problem)}\n`);
  serveOnStdio(house);
}
