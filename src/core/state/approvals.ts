import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonical, isObject, parseJson, type Json, type JsonObject } from '../base/json.ts';
import { day } from '../base/units.ts';
import { normaliseCode } from '../base/code-spelling.ts';
import { createOnce, ensurePrivateFolder } from './folder.ts';

/** A write that waits for a person. */
export interface Pending {
  code: string;
  tool: string;
  args: Json;
  summary: string;
  target: string;
  warnings: readonly string[];
  caller: string;
  /** Milliseconds since the epoch. */
  asked: number;
  expires: number;
}

/** What a person answered, who, and how. */
export interface Answer {
  approved: boolean;
  by: string;
  how: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** What all processes that share a state agree on: which codes are spent, what waits for a person, what a person said. */
export interface ApprovalStore {
  /** True exactly once for a code, whoever asks. */
  spend(code: string, expires: number): Promise<boolean>;
  isSpent(code: string): Promise<boolean>;
  ask(pending: Pending): Promise<void>;
  /** Every write that still waits, oldest first. */
  waiting(now: number): Promise<Pending[]>;
  /** False when somebody has answered already: the first answer is final. */
  answer(code: string, answer: Answer): Promise<boolean>;
  answerFor(code: string): Promise<Answer | undefined>;
}

/** Files under the state folder, each made once and never changed, so that no lock is needed. What a person said is signed. */
export function folderApprovalStore(
  folder: string,
  key: () => Buffer,
  now: () => number,
): ApprovalStore {
  const place = (kind: string, code: string): string => join(folder, kind, name(code));
  const listed = (kind: string): string[] =>
    existsSync(join(folder, kind)) ? readdirSync(join(folder, kind)) : [];
  const name = (code: string): string =>
    `${createHash('sha256').update(normaliseCode(code)).digest('hex').slice(0, 32)}.json`;
  const mac = (kind: string, body: JsonObject): string =>
    createHmac('sha256', key()).update(kind).update(canonical(body)).digest('hex');
  const write = (kind: string, code: string, body: JsonObject): boolean =>
    createOnce(
      join(ensurePrivateFolder(join(folder, kind)), name(code)),
      JSON.stringify({ ...body, mac: mac(kind, body) }),
    );
  const readFile = (kind: string, file: string): JsonObject | undefined => {
    const { mac: given, ...body } = bodyOf(file);
    return genuine(given, mac(kind, body)) ? body : undefined;
  };
  const sweep = (kind: string): void => {
    for (const file of listed(kind).map((file) => join(folder, kind, file))) {
      const { expires } = bodyOf(file);
      // A day longer than it could matter, so that clocks may differ.
      if (typeof expires === 'number' && expires + day < now()) rmSync(file, { force: true });
    }
  };
  return {
    async spend(code, expires) {
      sweep('spent');
      return write('spent', code, { expires });
    },
    isSpent: async (code) =>
      lstatSync(place('spent', code), { throwIfNoEntry: false }) !== undefined,
    async ask(pending) {
      sweep('pending');
      sweep('answers');
      write('pending', pending.code, pending as unknown as JsonObject);
    },
    async waiting(at) {
      return listed('pending')
        .filter((file) => file.endsWith('.json') && !existsSync(join(folder, 'answers', file)))
        .flatMap(
          (file) =>
            (readFile('pending', join(folder, 'pending', file)) as unknown as
              | Pending
              | undefined) ?? [],
        )
        .filter(({ expires }) => expires > at)
        .sort((a, b) => a.asked - b.asked);
    },
    answer: async (code, answer) =>
      write('answers', code, {
        ...answer,
        code: normaliseCode(code),
        expires: answer.at + day,
      }),
    async answerFor(code) {
      const body = readFile('answers', place('answers', code)) as
        | (Answer & { code: string })
        | undefined;
      return body?.code === normaliseCode(code) ? body : undefined;
    },
  };
}

/** What stands in a file; nothing where there is no plain file, or something else in it. */
function bodyOf(file: string): JsonObject {
  if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) return {};
  const body = parseJson(readFileSync(file, 'utf8'));
  return isObject(body) ? body : {};
}

const genuine = (given: Json | undefined, expected: string): boolean =>
  typeof given === 'string' &&
  given.length === expected.length &&
  timingSafeEqual(Buffer.from(given), Buffer.from(expected));
