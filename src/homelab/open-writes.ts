import { ownCommand } from '../core/base/own-command.ts';
import * as z from 'zod';
import { messageOf } from '../core/base/errors.ts';
import type { Runtime } from '../core/runtime.ts';

/** A write of the last day whose outcome nobody knows. */
export const OpenWrite = z.object({
  attempt: z.string(),
  tool: z.string(),
  summary: z.string(),
  target: z.string(),
  at: z.string(),
});
type OpenWrite = z.output<typeof OpenWrite>;

/** Writes that began and whose end nobody saw; a journal that cannot say is a problem, not silence. */
export async function openWrites({ journal }: Runtime): Promise<{
  unknownWrites: OpenWrite[];
  unread: string[];
}> {
  try {
    const unknownWrites = (await journal.unknown()).map((entry) => ({
      attempt: entry.attempt,
      tool: entry.tool,
      summary: String(entry['summary']),
      target: String(entry['target']),
      at: String(entry['started'] ?? entry.at),
    }));
    return { unknownWrites, unread: [] };
  } catch (error) {
    return { unknownWrites: [], unread: [messageOf(error).message] };
  }
}

export const openWriteText = ({ attempt, summary, target, at }: OpenWrite): string =>
  `UNKNOWN OUTCOME ${summary} (started ${at}): look at ${target}; \`${ownCommand(`audit settle ${attempt.slice(0, 8)}`)}\` in a terminal when it is known`;
