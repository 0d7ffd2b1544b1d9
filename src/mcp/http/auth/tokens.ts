import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { ConfigError, InputError } from '../../../core/base/errors.ts';
import type { Grant } from './grant.ts';
import { withLock, replaceFile } from '../../../core/state/lock.ts';
import { ensurePrivateFolder } from '../../../core/state/folder.ts';

export const scopes = ['read', 'write', 'approve'] as const;
export type Scope = (typeof scopes)[number];

/** One bearer token as it is kept. The secret is 256 random bits, so a fast hash is enough: there is nothing to guess. */
const TokenRecord = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,62}$/i,
      'a name is letters, digits, dot, hyphen and underscore, at most 63',
    ),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scope: z.enum(scopes),
  services: z.array(z.string()).optional(),
  created: z.string(),
});
export type TokenRecord = z.output<typeof TokenRecord>;

const hash = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** The file of bearer tokens, read again whenever it has changed. */
export class TokenFile {
  readonly file: string;
  #records: readonly TokenRecord[] = [];
  #stamp = '';

  constructor(file: string) {
    this.file = file;
  }

  get exists(): boolean {
    return existsSync(this.file);
  }

  /** Throws a ConfigError when the file is there and cannot be understood: then nobody is let in. */
  entries(): readonly TokenRecord[] {
    const { mtimeMs, size, ino } = statSync(this.file, { throwIfNoEntry: false }) ?? {
      mtimeMs: 0,
      size: 0,
      ino: 0,
    };
    const stamp = `${mtimeMs} ${size} ${ino}`;
    if (stamp !== this.#stamp) {
      this.#records = ino === 0 ? [] : parse(this.file);
      this.#stamp = stamp;
    }
    return this.#records;
  }

  /** Whose secret this is. Every token is compared, each in constant time, so the time says nothing about how near a guess was. */
  holder(secret: string): Grant | undefined {
    const given = hash(secret);
    const [holder] = this.entries().filter(({ sha256 }) =>
      timingSafeEqual(given, Buffer.from(sha256, 'hex')),
    );
    return (
      holder && {
        caller: holder.name,
        write: holder.scope === 'write',
        approve: holder.scope === 'approve',
        ...(holder.scope === 'approve' && { only: 'approve' }),
        services: holder.services ? new Set(holder.services) : 'all',
      }
    );
  }

  /** Makes a token. Returns its secret, which is kept nowhere. Throws an InputError for a name that is taken or cannot be one. */
  async add(
    name: string,
    scope: Scope,
    services: readonly string[] | undefined,
    now: number,
  ): Promise<string> {
    const secret = `lares_${randomBytes(32).toString('base64url')}`;
    const made = TokenRecord.safeParse({
      name,
      scope,
      sha256: hash(secret).toString('hex'),
      ...(services && { services }),
      created: new Date(now).toISOString(),
    });
    if (!made.success)
      throw new InputError(`${name}: ${made.error.issues[0]?.message ?? 'not understood'}`);
    await this.#change((kept) => {
      if (kept.some((record) => record.name === name))
        throw new InputError(`There is a token ${name} already`, {
          hint: `lares token revoke ${name} takes it away.`,
        });
      return [...kept, made.data];
    });
    return secret;
  }

  /** From the next request on it is not let in. Throws an InputError where there is none of that name. */
  async revoke(name: string): Promise<void> {
    await this.#change((kept) => {
      if (!kept.some((record) => record.name === name))
        throw new InputError(`No token ${JSON.stringify(name)}`, {
          hint: '`lares token list` shows them.',
        });
      return kept.filter((record) => record.name !== name);
    });
  }

  async #change(edit: (kept: readonly TokenRecord[]) => readonly TokenRecord[]): Promise<void> {
    ensurePrivateFolder(dirname(this.file));
    await withLock(`${this.file}.lock`, () =>
      replaceFile(this.file, `${JSON.stringify({ tokens: edit(this.entries()) }, null, 2)}\n`),
    );
  }
}

function parse(file: string): readonly TokenRecord[] {
  try {
    return z
      .strictObject({ tokens: z.array(TokenRecord) })
      .parse(JSON.parse(readFileSync(file, 'utf8'))).tokens;
  } catch (cause) {
    throw new ConfigError(`The token file ${file} cannot be understood`, {
      cause,
      hint: 'Nobody is let in until it is mended or removed; `lares token list` reads it.',
    });
  }
}
