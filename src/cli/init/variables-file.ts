import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../../core/base/errors.ts';
import { envFrom, parseEnvFile } from '../../core/config/env-file.ts';
import type { Env } from '../../core/config/environment.ts';
import { isOpenToOthers } from './private-file.ts';

/** The part of the file that holds one instance. */
export interface Block {
  service: string;
  instance: string;
  /** Without the marks around them. */
  lines: readonly string[];
  /** Its address was accepted, and its credential not given yet: nothing in it counts. */
  unfinished: boolean;
}

interface KeptBlock extends Block {
  /** Somebody changed it since it was written. */
  edited: boolean;
  /** With its marks, to the byte. */
  text: string;
}

type Part = string | KeptBlock;

/**
 * A file of variables in which `lares init` owns the parts that it marked, and nothing else: all other lines stay as they are, to the byte.
 * A part that somebody changed afterwards is known by the digest in its mark.
 */
export class VariablesFile {
  readonly path: string;
  #parts: Part[];
  /** What was read; undefined: there was no file. */
  #before: string | undefined;

  private constructor(path: string, before: string | undefined) {
    this.path = path;
    this.#before = before;
    this.#parts = before === undefined ? [header, ''] : partsOf(before, path);
  }

  /** Throws a ConfigError for a file that cannot be read, that others can read, or whose lines cannot be understood. */
  static open(path: string): VariablesFile {
    const stat = statOf(path);
    if (stat === undefined) return new VariablesFile(path, undefined);
    if (!stat.isFile()) throw new ConfigError(`${path} is no file`, { hint: 'Give another path.' });
    if (isOpenToOthers(stat))
      throw new ConfigError(`${path} can be read by others on this machine`, {
        hint: `Secrets are to stand in it: chmod 600 ${path}`,
      });
    const text = textOf(path);
    const [problem] = parseEnvFile(text, path).problems;
    if (problem !== undefined)
      throw new ConfigError(problem, { hint: 'Mend that line first: nothing was changed.' });
    return new VariablesFile(path, text);
  }

  /** What the file says, as every command reads it. */
  get env(): Env {
    return envFrom(this.#text(), this.path, this.path);
  }

  /** What it would say with another block in the place of the one before it. */
  envWith(block: Block): Env {
    const parts = this.#parts;
    this.#parts = [...parts];
    this.put(block);
    const { env } = this;
    this.#parts = parts;
    return env;
  }

  get blocks(): readonly KeptBlock[] {
    return this.#parts.filter((part) => typeof part !== 'string');
  }

  block(service: string, instance: string): KeptBlock | undefined {
    return this.blocks.find((block) => block.service === service && block.instance === instance);
  }

  /** The variables that stand outside of the marked parts. */
  get own(): ReadonlySet<string> {
    const text = this.#parts.filter((part) => typeof part === 'string').join('\n');
    return new Set(parseEnvFile(text, this.path).assignments.map(({ name }) => name));
  }

  /** Puts a block in the place of the one before it, or at the end. */
  put(block: Block): void {
    const next: KeptBlock = { ...block, edited: false, text: markedText(block) };
    const at = this.#placeOf(block.service, block.instance);
    if (at >= 0) this.#parts[at] = next;
    else if (this.#parts.at(-1) === '') this.#parts.splice(-1, 0, '', next);
    else this.#parts.push('', next, '');
  }

  /** Takes a block out, with the blank line before it. */
  remove(service: string, instance: string): void {
    const at = this.#placeOf(service, instance);
    if (at < 0) return;
    const first = this.#parts[at - 1] === '' ? at - 1 : at;
    this.#parts.splice(first, at - first + 1);
  }

  /** Writes the file where something is new, all of it or nothing, readable by its owner alone. Returns whether it did. Throws a ConfigError where it cannot, or where somebody else changed it meanwhile. */
  save(): boolean {
    const text = this.#text();
    if (text === this.#before) return false;
    const stat = statOf(this.path);
    const path = stat ? realpathSync(this.path) : this.path;
    if ((stat ? textOf(path) : undefined) !== this.#before)
      throw new ConfigError(`${this.path} was changed meanwhile`, {
        hint: 'Nothing was written over it. Run `lares init` again.',
      });
    replaceFile(path, text, stat);
    this.#before = text;
    return true;
  }

  #placeOf(service: string, instance: string): number {
    return this.#parts.findIndex(
      (part) => typeof part !== 'string' && part.service === service && part.instance === instance,
    );
  }

  #text(): string {
    return this.#parts.map((part) => (typeof part === 'string' ? part : part.text)).join('\n');
  }
}

const header = `# Variables of Lares. \`lares init\` wrote the parts between its marks and changes those alone; other lines are yours.
# Secrets may stand here: keep it readable by its owner only (mode 0600).`;

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw new ConfigError(`${path} cannot be looked at`, { cause, hint: 'Check its folder.' });
  }
}

function textOf(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new ConfigError(`${path} cannot be read`, { cause, hint: 'Check its permissions.' });
  }
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  throw new ConfigError(`${path} is not text in UTF-8`, { hint: 'Save it as UTF-8.' });
}

const digestOf = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12);

const markedText = ({ service, instance, lines, unfinished }: Block): string =>
  [
    `# >>> lares init: ${service} ${instance} ${digestOf(lines)}${unfinished ? ' unfinished' : ''}`,
    ...lines,
    closingMark(service, instance),
  ].join('\n');

const closingMark = (service: string, instance: string): string =>
  `# <<< lares init: ${service} ${instance}`;

const opening = /^# >>> lares init: (\S+) (\S+) (\S+)( unfinished)?\r?$/;

function partsOf(text: string, path: string): Part[] {
  const parts: Part[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const [, service, instance, digest, unfinished] = opening.exec(line) ?? [];
    if (service === undefined || instance === undefined) {
      parts.push(line);
      continue;
    }
    const closing = closingMark(service, instance);
    const end = lines.findIndex((later, index) => index > at && later.trimEnd() === closing);
    if (end < 0)
      throw new ConfigError(`${path}:${at + 1}: the end of this part is missing`, {
        hint: `Put the line "${closing}" behind its last variable, or take the mark out.`,
      });
    const inside = lines.slice(at + 1, end);
    parts.push({
      service,
      instance,
      lines: inside,
      unfinished: unfinished !== undefined,
      edited: digestOf(inside) !== digest,
      text: lines.slice(at, end + 1).join('\n'),
    });
    at = end;
  }
  return parts;
}

/** Beside it first, then in its place: whoever reads it meanwhile reads one or the other. */
function replaceFile(path: string, text: string, before: Stats | undefined): void {
  const temporary = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(temporary, { force: true });
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    chmodSync(temporary, 0o600);
    // Root may write the file of the user that Lares runs as.
    if (before && process.getuid?.() === 0) chownSync(temporary, before.uid, before.gid);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new ConfigError(
      `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause, hint: 'Give another file with --env.' },
    );
  }
}
