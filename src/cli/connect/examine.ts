import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fullMessage } from '../../core/base/errors.ts';
import { isObject } from '../../core/base/json.ts';
import type { Client } from './client.ts';
import { clients } from './clients/index.ts';
import { textOf } from './config-file.ts';
import { isOwn } from './entry.ts';
import { userFile, type Machine } from './places.ts';
import { probe } from './probe.ts';

/** What is known of a client on this machine. */
export interface ExaminedClient {
  client: string;
  title: string;
  file: string;
  /** `none`: it has no entry of that name. `foreign`: it has one, of somebody else. `unknown`: its file is not understood. */
  state: 'works' | 'broken' | 'none' | 'foreign' | 'unknown';
  detail?: string;
}

/** Every client that is here, and whether its entry works. Entries are tried: their program is started, or their address asked. */
export async function examineClients(
  machine: Machine,
  name: string,
  url: string | undefined,
): Promise<ExaminedClient[]> {
  const present = clients.filter((client) => isHere(client, machine));
  return Promise.all(present.map((client) => examine(client, machine, name, url)));
}

/** Whether a client has been used here: its file is there, or the folder that only it makes. */
function isHere({ file }: Client, machine: Machine): boolean {
  if (file === undefined) return false;
  const place = userFile(file, machine);
  return existsSync(place) || (dirname(place) !== machine.home && existsSync(dirname(place)));
}

async function examine(
  client: Client,
  machine: Machine,
  name: string,
  url: string | undefined,
): Promise<ExaminedClient> {
  const { id, title, file } = client;
  const place = file ? userFile(file, machine) : '';
  const known = { client: id, title, file: place };
  try {
    const text = file && existsSync(place) ? textOf(place) : '';
    const document = file?.format.read(text) ?? {};
    const entry = file?.format.find(document, [...file.section(document), name]);
    if (!isObject(entry)) return { ...known, state: 'none' };
    if (!isOwn(entry, client, url)) return { ...known, state: 'foreign' };
    const { works, detail } = await probe(entry, machine.env);
    return { ...known, state: works ? 'works' : 'broken', detail };
  } catch (error) {
    return { ...known, state: 'unknown', detail: fullMessage(error) };
  }
}
