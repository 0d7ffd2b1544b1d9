import { InputError } from '../../core/base/errors.ts';
import { exit } from '../command.ts';
import { print, printJson } from '../run.ts';
import { saysYes } from './ask.ts';
import { changeText } from './change-text.ts';
import type { Client, ClientFile, RemoteServer } from './client.ts';
import { applyEdit, planEdit, type Edit } from './edit.ts';
import { entryFor, isOwn, managedKeys, merged } from './entry.ts';
import { refuseTracked } from './git.ts';
import { clientOf, nameOf, remoteOf, type ConnectOptions } from './options.ts';
import { projectFile, userFile, type Machine } from './places.ts';
import { printed, type PrintedEntry } from './print-entry.ts';
import { reportUnchanged, reportWritten } from './report.ts';
import { programServer } from './server.ts';

/** Adds Lares to one client, or takes it out. Exit code 2 where nothing was written that should have been. */
export async function connectOne(
  word: string,
  options: ConnectOptions,
  machine: Machine,
): Promise<number> {
  const client = clientOf(word);
  const name = nameOf(options);
  const remote = remoteOf(client, options);
  if (options.print || client.file === undefined) {
    show(printed(client, name, remote, options, machine), options);
    return exit.fine;
  }
  const edit = editFor(client, client.file, name, remote, options, machine);
  const planned = planEdit(edit);
  if (options.project !== true && planned.before !== planned.after)
    refuseTracked(planned.file.path);
  if (planned.before === planned.after) return reportUnchanged(client, edit, options);
  if (!options.json)
    print(`${edit.file}\n${changeText(planned.before ?? '', planned.after ?? '')}`);
  const isAsked = options.yes !== true;
  if (isAsked && !(await isAgreed(options))) return exit.unchecked;
  return reportWritten(
    client,
    edit,
    await applyEdit(edit, isAsked ? planned : undefined),
    remote,
    options,
  );
}

/** For a person's own hands: the entry, or what to do where there is no file. */
function show(entry: PrintedEntry, { json, remove }: ConnectOptions): void {
  if (remove)
    throw new InputError('--remove takes an entry out of a file, and this would write none', {
      hint: 'Without --print where the client has a file; else take the server out where it was added.',
    });
  if (json) printJson(entry);
  else print(entry.text);
}

function editFor(
  client: Client,
  file: ClientFile,
  name: string,
  remote: RemoteServer | undefined,
  options: ConnectOptions,
  machine: Machine,
): Edit {
  const place = options.project ? projectFile(file, machine) : userFile(file, machine);
  if (place === undefined)
    throw new InputError(`${client.title} has no file in a project`, {
      hint: 'Without --project the entry goes into your own file.',
    });
  if (remote?.tokenVariable !== undefined && client.reference === undefined && !options.remove)
    throw new InputError(
      `${client.title} keeps tokens in its file in clear, and Lares writes none`,
      {
        hint: '--print shows the entry with a place for the token, for your own hands.',
      },
    );
  return {
    file: place,
    root: options.project ? machine.cwd : machine.home,
    format: file.format,
    preamble: file.preamble ?? '',
    path: (document) => [...file.section(document), name] as const,
    replace(old) {
      if (old !== undefined && !isOwn(old, client, options.url))
        throw new InputError(`${place} has an entry ${name} that is not of this command`, {
          hint: options.remove
            ? 'Nothing was written. Take it out by hand if it is Lares all the same.'
            : 'Nothing was written. --name gives Lares another name there.',
        });
      if (options.remove) return undefined;
      return merged(
        old,
        entryFor(client, name, remote, () => programServer(options.envFile, machine)),
        managedKeys(client),
      );
    },
  };
}

async function isAgreed({ remove, json }: ConnectOptions): Promise<boolean> {
  if (json || !process.stdin.isTTY || !process.stdout.isTTY)
    throw new InputError('Nothing was written: nobody is there to say yes', {
      hint: '--yes writes without a question, --print writes nothing.',
    });
  if (await saysYes(remove ? '\nTake it out? [y/N] ' : '\nWrite it? [y/N] ')) return true;
  print('Nothing was written.');
  return false;
}
