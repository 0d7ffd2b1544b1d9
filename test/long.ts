/**
 * Tests that start the whole homelab again and again, or processes and terminals: half the time of the suite, and a change seldom breaks
 * them alone. `npm test` leaves them to `npm run test:long`, which CI runs beside it, so that whoever changes something waits three minutes.
 */
export const long: readonly string[] = [
  'test/incidents/shard-*.test.ts',
  'test/hostile/**/*.test.ts',
  'test/contract/faults/**/*.test.ts',
  'test/contract/lines.test.ts',
  'test/upstream/fakes.test.ts',
  'test/cli.test.ts',
  'test/stdio.test.ts',
  'test/context/{cli,flood}.test.ts',
  'test/init/terminal.test.ts',
  'src/cli/connect/terminal.test.ts',
  'src/demo/incidents/incidents.test.ts',
];
