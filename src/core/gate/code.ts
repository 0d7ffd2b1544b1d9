import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { normaliseCode } from '../base/code-spelling.ts';

export { normaliseCode };

/** What a code stands for. All of it must be the same again when the code comes back. */
export interface Sealed {
  tool: string;
  /** The arguments, in their canonical spelling. */
  args: string;
  /** The digest of the plan that was shown: target, state and change. */
  digest: string;
  caller: string;
}

/** What a code turned out to be; all but `valid` are refusals, each with words of its own. `premature`: it was given later than now, so the clock was set back. */
export type Verdict =
  | 'valid'
  | 'malformed'
  | 'forged'
  | 'expired'
  | 'premature'
  | 'other caller'
  | 'other arguments'
  | 'changed';

/**
 * A code is 16 bytes in 26 letters: expiry (4, seconds), salt (2), one byte each that tells which part does not fit (3),
 * a check that it is ours at all (2), and the signature over everything (5). Guessing one takes 2^40 calls, each of them journalled.
 */
export interface Sealer {
  mint(what: Sealed, expires: number): string;
  /** `lifeMs` is how long a code is good: one that ends later than that from now was not given before now. */
  verify(code: string, what: Sealed, now: number, lifeMs?: number): Verdict;
}

/** Clocks of replicas may differ by so much. */
const clockSkewMs = 60_000;

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Makes and verifies codes with a key of 32 bytes, which is asked for at the first code. `expires` and `now` are milliseconds since the epoch; a code is good to the second. */
export function createSealer(key: () => Buffer): Sealer {
  const mac = (length: number, ...parts: (string | Buffer)[]): Buffer => {
    const hmac = createHmac('sha256', key());
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return hmac.digest().subarray(0, length);
  };
  const tags = (head: Buffer, { tool, args, digest, caller }: Sealed): Buffer =>
    Buffer.concat([
      mac(1, 'caller', head, caller),
      mac(1, 'args', head, tool, args),
      mac(1, 'digest', head, digest),
    ]);
  const ends = (head: Buffer, marks: Buffer, what: Sealed): Buffer =>
    Buffer.concat([
      mac(2, 'ours', head, marks),
      mac(5, 'all', head, marks, what.tool, what.args, what.digest, what.caller),
    ]);
  return {
    mint(what, expires) {
      const head = Buffer.alloc(6);
      head.writeUInt32BE(Math.floor(expires / 1000));
      randomBytes(2).copy(head, 4);
      const marks = tags(head, what);
      return spell(Buffer.concat([head, marks, ends(head, marks, what)]));
    },
    verify(code, what, now, lifeMs = Infinity) {
      const bytes = read(code);
      if (!bytes) return 'malformed';
      const [head, marks, given] = [bytes.subarray(0, 6), bytes.subarray(6, 9), bytes.subarray(9)];
      const expected = ends(head, marks, what);
      if (!timingSafeEqual(given.subarray(0, 2), expected.subarray(0, 2))) return 'forged';
      const expires = head.readUInt32BE(0) * 1000;
      if (expires <= now) return 'expired';
      if (expires > now + lifeMs + clockSkewMs) return 'premature';
      const fits = tags(head, what);
      if (fits[0] !== marks[0]) return 'other caller';
      if (fits[1] !== marks[1]) return 'other arguments';
      if (fits[2] !== marks[2]) return 'changed';
      return timingSafeEqual(given, expected) ? 'valid' : 'forged';
    },
  };
}

/** Letters of a code without its hyphens. */
export const codeLength = 26;

function spell(bytes: Buffer): string {
  let bits = BigInt(`0x${bytes.toString('hex')}`) << 2n;
  let text = '';
  for (let i = 0; i < codeLength; i++, bits >>= 5n)
    text = (alphabet[Number(bits & 31n)] ?? '') + text;
  return text.replace(/^(.{5})(.{5})(.{5})(.{5})/, '$1-$2-$3-$4-');
}

function read(code: string): Buffer | undefined {
  const letters = normaliseCode(code);
  if (letters.length !== codeLength || [...letters].some((letter) => !alphabet.includes(letter)))
    return undefined;
  const bits = [...letters].reduce(
    (sum, letter) => (sum << 5n) | BigInt(alphabet.indexOf(letter)),
    0n,
  );
  return (bits & 3n) === 0n
    ? Buffer.from((bits >> 2n).toString(16).padStart(32, '0'), 'hex')
    : undefined;
}
