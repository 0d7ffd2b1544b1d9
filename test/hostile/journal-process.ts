import { openJournal } from '../../src/core/state/journal.ts';

/** A process that writes to a journal of small files, and says which lines are written. */
const { lines, name } = JSON.parse(process.env['HOSTILE_ARGS'] ?? '{}') as {
  lines: number;
  name: string;
};
const journal = openJournal(
  process.env['LARES_STATE_DIR'] ?? '',
  () => Buffer.alloc(32, 7),
  (entry) => entry,
  Date.now,
  { maxBytes: 2_000 },
);
process.stdout.write('ready\n');
await new Promise((resolve) => {
  process.stdin.once('data', resolve);
});
for (let i = 0; i < lines; i++) {
  await journal.append({ event: 'previewed', attempt: String(i), tool: name });
  process.stdout.write(`${i}\n`);
}
process.exit(0);
