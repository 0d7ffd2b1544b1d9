import type { JsonObject } from '../../core/base/json.ts';
import type { Format } from './formats/format.ts';
import type { Places } from './places.ts';

/** Lares as a program that a client starts. */
export interface ProgramServer {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** Lares as an address that a client asks. */
export interface RemoteServer {
  url: string;
  /** The environment variable that has the token; undefined where the server asks for none. The token itself is never written. */
  tokenVariable: string | undefined;
}

/** The file in which a client looks for servers. */
export interface ClientFile extends Places {
  format: Format;
  /** Where in the document servers stand. */
  section(document: JsonObject): readonly string[];
  /** What a new file needs beside servers. */
  preamble?: string;
}

/** What is known of one client, and where it was learned. */
export interface Client {
  id: string;
  title: string;
  /** Undefined where people add servers in the client itself. */
  file?: ClientFile;
  program?(server: ProgramServer, name: string): JsonObject;
  /** Undefined where the file has no remote servers. */
  remote?(server: RemoteServer, name: string): JsonObject;
  /** How its file names an environment variable; undefined where a token would stand there in clear. */
  reference?(variable: string): string;
  /** Where a token goes whose name stands in the entry; its environment where nothing is said. */
  tokenHome?: string;
  /** A link that adds the entry by a click. */
  link?(name: string, entry: JsonObject): string;
  /** What a person does where there is no file, line by line. */
  steps?(server: RemoteServer): readonly string[];
  /** What is left to do once the entry is there. */
  afterwards: string;
  source: {
    /** `code`: its own source or schema says so. `docs`: its documentation did on that day. */
    kind: 'code' | 'docs';
    urls: readonly string[];
    read: string;
  };
}

/** The headers of a remote server, with the client's own way to name the token. */
export function authorization(
  { tokenVariable }: RemoteServer,
  reference: (variable: string) => string,
): { headers?: JsonObject } {
  if (tokenVariable === undefined) return {};
  return { headers: { Authorization: `Bearer ${reference(tokenVariable)}` } };
}

/** The entry most clients have in common. */
export const commonProgram = ({ command, args, env }: ProgramServer): JsonObject => ({
  command,
  args,
  ...(Object.keys(env).length > 0 && { env }),
});

/** `${env:NAME}`, as VS Code and its relatives have it. */
export const envReference = (variable: string): string => `\${env:${variable}}`;

/** For a client that keeps a token in clear: such an entry is shown to a person, and not written. */
export const tokenPlace = (): string => '<token>';
