import type { Client, RemoteServer } from './client.ts';
import { entryFor } from './entry.ts';
import { setEntry } from './formats/format.ts';
import { nextSteps } from './next-steps.ts';
import type { ConnectOptions } from './options.ts';
import { projectFile, userFile, type Machine } from './places.ts';
import { programServer } from './server.ts';

/** What a person needs to add the entry by hand. */
export interface PrintedEntry {
  client: string;
  file?: string;
  snippet?: string;
  link?: string;
  /** What to do, in order. */
  steps: readonly string[];
  text: string;
}

export function printed(
  client: Client,
  name: string,
  remote: RemoteServer | undefined,
  options: ConnectOptions,
  machine: Machine,
): PrintedEntry {
  if (client.file === undefined) {
    const steps = [...((remote && client.steps?.(remote)) ?? []), client.afterwards];
    return { client: client.id, steps, text: steps.map((step) => `- ${step}`).join('\n') };
  }
  const { format, section, preamble = '' } = client.file;
  const entry = entryFor(client, name, remote, () => programServer(options.envFile, machine));
  const ofProject = options.project ? projectFile(client.file, machine) : undefined;
  const file = ofProject ?? userFile(client.file, machine);
  const snippet = setEntry(format, preamble, [...section({}), name], entry).trimEnd();
  const link = client.link?.(name, entry);
  const steps = nextSteps(client, remote, options);
  const linkLines = link ? ['', 'Or by this link:', '', link] : [];
  const text = [`In ${file}:`, '', snippet, ...linkLines, '', ...steps].join('\n');
  return { client: client.id, file, snippet, ...(link && { link }), steps, text };
}
