import { describe, expect, it } from 'vitest';
import type { MemoKey } from '../../src/core/memo.ts';
import { narrow } from '../../src/core/runtime.ts';
import { toyRuntime } from '../toy.ts';

interface Look {
  of: string;
}

describe('what is kept for a runtime', () => {
  const env = { LARES_STATE_DIR: '/nonexistent/lares' };
  const ended: string[] = [];
  const looks: MemoKey<Look> = { name: 'look', dispose: ({ of }) => ended.push(of) };

  it('is made once, is not seen by a narrowed one, and ends with it', async () => {
    const whole = toyRuntime(env);
    const other = toyRuntime(env);
    const narrowed = narrow(whole, { only: [] });
    const look = whole.memo.get(looks, () => ({ of: 'whole' }));
    expect(whole.memo.get(looks, () => ({ of: 'again' }))).toBe(look);
    expect(narrowed.memo.get(looks, () => ({ of: 'narrowed' }))).toEqual({ of: 'narrowed' });
    expect(other.memo.get(looks, () => ({ of: 'other' }))).toEqual({ of: 'other' });
    await whole.close();
    expect(ended.sort()).toEqual(['narrowed', 'whole']);
    await whole.close();
    await other.close();
    expect(ended.sort()).toEqual(['narrowed', 'other', 'whole']);
  });

  it('is told apart by its key, not by its name', () => {
    const { memo } = toyRuntime(env);
    const namesake: MemoKey<Look> = { name: looks.name };
    memo.get(looks, () => ({ of: 'first' }));
    expect(memo.get(namesake, () => ({ of: 'second' }))).toEqual({ of: 'second' });
  });
});
