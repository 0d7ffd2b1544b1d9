import { describe, expect, test } from 'vitest';
import { lab } from '../../../test/harness.ts';
import { createWorld } from '../../demo/world/index.ts';
import type { PiholeInstance } from '../../demo/world/pihole.ts';

async function lookup(
  domain: string,
  change: (one: PiholeInstance) => void = () => undefined,
): Promise<{ blocked: unknown; statuses: string[]; text: string }> {
  const world = createWorld();
  world.pihole.instances.forEach(change);
  const { call } = await lab({ only: ['pihole'], world });
  const { data, text } = await call('dns_lookup', { domain });
  const [first] = data.instances;
  return {
    blocked: first.blocked,
    statuses: first.answers.map(({ status }: { status: string }) => status),
    text,
  };
}

describe('a rule that says itself what is answered', () => {
  test.each([
    ['NODATA', 'no such record'],
    ['NXDOMAIN', 'no such name'],
    ['REFUSED', 'refused'],
  ] as const)('%s: blocked', async (reply, status) => {
    const { blocked, statuses, text } = await lookup('cdn.example.com', (one) => {
      one.deniedPatterns.push({ pattern: 'cdn\\.', reply });
    });
    expect([blocked, statuses[0]]).toEqual([true, status]);
    expect(text).toMatch(/^cdn\.example\.com: dns1 and dns2 agree: blocked\./);
    expect(text).not.toContain('may not ask');
  });

  test('of another name, and the name just does not exist: not blocked', async () => {
    const { blocked } = await lookup('nobody.example.com', (one) => {
      one.deniedPatterns.push({ pattern: '^cdn\\.', reply: 'NODATA' });
    });
    expect(blocked).toBe(false);
  });
});

test('a special domain that FTL answers itself: blocked, and by whom', async () => {
  const { blocked, text } = await lookup('mask.icloud.com');
  expect(blocked).toBe(true);
  expect(text).toContain('Listed on dns1 and dns2: special domain of FTL');
});

describe('a name that is on no list, whose answer leads through one that is', () => {
  test.each(['NULL', 'NXDOMAIN', 'NODATA'] as const)('mode %s: blocked', async (mode) => {
    const { blocked, text } = await lookup('shop.example.com', (one) => {
      one.blocking.mode = mode;
      one.cloaked.push('shop.example.com');
    });
    expect(blocked).toBe(true);
    expect(text).toMatch(/^shop\.example\.com: dns1 and dns2 agree: blocked\./);
    if (mode !== 'NULL') expect(text).toContain('a name that its CNAME leads to (GRAVITY_CNAME)');
  });

  test('another name that does not exist: not blocked', async () => {
    const { blocked } = await lookup('nobody.example.com', (one) => {
      one.blocking.mode = 'NXDOMAIN';
      one.cloaked.push('shop.example.com');
    });
    expect(blocked).toBe(false);
  });
});

describe('lists that cannot be read', () => {
  const unreadable = (one: PiholeInstance): void => {
    one.gravityReadable = false;
  };
  test('a name without an address: whether a list is the reason is not known, and not "no"', async () => {
    const { blocked, text } = await lookup('nobody.example.com', unreadable);
    expect(blocked).toBeUndefined();
    expect(text).toContain('Database not available');
  });

  test('a name with its real address is not blocked', async () => {
    expect((await lookup('example.com', unreadable)).blocked).toBe(false);
  });
});
