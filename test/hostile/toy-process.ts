import { callToy, toyRuntime } from '../toy.ts';

/** A Lares of its own process. Does one call, and dies by `kill -9` at the place that HOSTILE_KILL names, or waits before the one that HOSTILE_PAUSE names; `ready` and the outcome go to stdout, `go` comes from stdin. */
const {
  HOSTILE_KILL: at = '',
  HOSTILE_PAUSE: pause = '',
  HOSTILE_ARGS: args = '{}',
  HOSTILE_CALLER: name = 'test',
} = process.env;
const runtime = toyRuntime(process.env as Record<string, string>);
const toldToGo = (where: string): Promise<unknown> => {
  process.stdout.write(`${where}\n`);
  return new Promise((resolve) => {
    process.stdin.once('data', resolve);
  });
};
const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still here');
};

const { append } = runtime.journal;
Object.assign(runtime.journal, {
  append: async (...[entry, objection]: Parameters<typeof append>) => {
    if (at === `before ${entry.event}`) die();
    if (pause === entry.event) await toldToGo('paused');
    await append(entry, objection);
    if (at === `after ${entry.event}`) die();
  },
});

await toldToGo('ready');
const said = await callToy(runtime, 'turn_lamp', JSON.parse(args) as Record<string, never>, {
  name,
}).then(
  ({ data }) => data,
  (error: Error) => ({ refused: error.message }),
);
process.stdout.write(`${JSON.stringify(said)}\n`);
await runtime.close();
process.exit(0);
