import { exit } from '../command.ts';
import { print, printJson } from '../run.ts';
import type { Client, RemoteServer } from './client.ts';
import type { Edit, Outcome } from './edit.ts';
import { nextSteps } from './next-steps.ts';
import type { ConnectOptions } from './options.ts';

/** There was nothing to do. */
export function reportUnchanged(
  { title }: Client,
  { file }: Edit,
  options: ConnectOptions,
): number {
  if (options.json) printJson({ client: title, file, changed: false });
  else
    print(
      options.remove
        ? `${file} has no such entry; nothing was written.`
        : `${file} has this entry already; nothing was written.`,
    );
  return exit.fine;
}

/** What was written, and what is left to do. */
export function reportWritten(
  client: Client,
  { file }: Edit,
  { after, backup }: Outcome,
  remote: RemoteServer | undefined,
  options: ConnectOptions,
): number {
  const isLeft = after !== undefined;
  if (options.json) {
    printJson({ client: client.id, file, changed: true, ...(backup && { backup }) });
    return exit.fine;
  }
  const verb = options.remove ? 'Taken out of' : 'Written to';
  print(isLeft ? `${verb} ${file}.` : `${file} held nothing else, and is removed.`);
  if (backup) print(`As it was before: ${backup}`);
  if (!options.remove) print(nextSteps(client, remote, options).join('\n'));
  return exit.fine;
}
