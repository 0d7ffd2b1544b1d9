import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundJson } from '../../src/core/base/bound-json.ts';
import { openJournal, type Entry } from '../../src/core/state/journal.ts';
import { digestOf } from '../../src/core/gate/plan.ts';
import { canonical, type Json, type JsonObject } from '../../src/core/base/json.ts';
import { nearest } from '../../src/core/base/nearest.ts';
import { decide, levels, tighter, type ConfirmationKind } from '../../src/core/gate/policy.ts';
import { matchingRule, parseProtectRules } from '../../src/core/gate/protect.ts';
import { RunningWrites } from '../../src/core/gate/running-writes.ts';
import { repeatRefusal, type Beginning } from '../../src/core/gate/repetition.ts';
import { codeLength, normaliseCode, createSealer } from '../../src/core/gate/code.ts';
import { redacted, createRedactor } from '../../src/core/config/secrets.ts';

/** Any text there is, lone surrogates too. */
const anyText = (max = 40) => fc.string({ unit: 'binary', maxLength: max });
const anyJson = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

describe('codes', () => {
  const seals = createSealer(() => Buffer.alloc(32, 1));
  const sealed = fc.record({
    tool: anyText(),
    args: anyText(),
    digest: anyText(),
    caller: anyText(),
  });
  const moment = fc.integer({ min: 1_000, max: 4_000_000_000 }).map((seconds) => seconds * 1000);

  it('fit what was sealed, until they are too old, in every spelling, with their own key', () => {
    fc.assert(
      fc.property(
        sealed,
        moment,
        fc.integer({ min: -600_000, max: 600_000 }),
        (what, expires, late) => {
          const code = seals.mint(what, expires);
          expect(normaliseCode(code)).toHaveLength(codeLength);
          expect(seals.verify(code, what, expires + late)).toBe(late >= 0 ? 'expired' : 'valid');
          expect(
            seals.verify(` ${code.toLowerCase().replaceAll('-', '')} `, what, expires - 1),
          ).toBe('valid');
          expect(createSealer(() => Buffer.alloc(32, 2)).verify(code, what, expires - 1)).toBe(
            'forged',
          );
        },
      ),
    );
  });

  it('fit nothing else, and each difference has its own word', () => {
    const word = {
      tool: 'other arguments',
      args: 'other arguments',
      digest: 'changed',
      caller: 'other caller',
    } as const;
    // One byte in 256 tells the parts apart, so the word can be missing; that the code does not fit cannot.
    let named = 0;
    fc.assert(
      fc.property(
        sealed,
        fc.constantFrom('tool', 'args', 'digest', 'caller'),
        fc.string({ minLength: 1 }),
        (what, part, other) => {
          fc.pre(other !== what[part]);
          const verdict = seals.verify(
            seals.mint(what, 2_000_000_000_000),
            { ...what, [part]: other },
            1_000,
          );
          expect([word[part], 'forged']).toContain(verdict);
          named += verdict === word[part] ? 1 : 0;
        },
      ),
      { numRuns: 300 },
    );
    expect(named).toBeGreaterThan(280);
  });

  it('are not made longer-lived, nor of two halves', () => {
    fc.assert(
      fc.property(sealed, sealed, fc.integer({ min: 1, max: codeLength - 1 }), (one, two, at) => {
        const [a, b] = [
          normaliseCode(seals.mint(one, 1_000_000_000_000)),
          normaliseCode(seals.mint(two, 2_000_000_000_000)),
        ];
        const half = a.slice(0, at) + b.slice(at);
        for (const what of [one, two])
          if (half !== a && half !== b)
            expect(seals.verify(half, what, 1_500_000_000_000)).not.toBe('valid');
      }),
    );
  });
});

describe('what is compared', () => {
  it('is the same for the same value in any order of keys, and differs for any other', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (a, b) => {
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(canonical(a) === canonical(b)).toBe(same);
        expect(canonical(reversed(a))).toBe(canonical(a));
        expect(
          digestOf({ target: 't', before: a, change: b }) ===
            digestOf({ target: 't', before: b, change: a }),
        ).toBe(same);
      }),
    );
  });

  it('tells a number from its text, a list from its only member, and nothing from a key that is not there', () => {
    const all: Json[] = [
      30062,
      '30062',
      [30062],
      ['30062'],
      { vmid: 30062 },
      { vmid: '30062' },
      { vmid: [30062] },
      { vmid: 30062, force: false },
      null,
      '',
      0,
      false,
      [],
      {},
      [[]],
      [null],
      { a: null },
      'null',
      '[]',
    ];
    expect(new Set(all.map(canonical)).size).toBe(all.length);
  });
});

describe('the policy', () => {
  const circumstances = fc.record({
    level: fc.constantFrom(...levels),
    confirmation: fc.constantFrom<ConfirmationKind>('nothing', 'yes', 'code', 'approval'),
    protectedBy: fc.option(anyText(), { nil: undefined }),
    killed: fc.boolean(),
  });

  it('lets go only what was confirmed as its level demands', () => {
    fc.assert(
      fc.property(circumstances, (one) => {
        if (decide(one) !== 'go') return;
        expect(one.protectedBy).toBeUndefined();
        expect(one.killed).toBe(false);
        expect(one.level).not.toBe('off');
        expect(one.confirmation).not.toBe('nothing');
        if (one.level === 'human') expect(one.confirmation).toBe('approval');
        if (one.level === 'sealed') expect(one.confirmation).not.toBe('yes');
      }),
    );
  });

  it('is never loosened by a second level, a rule or the kill switch', () => {
    fc.assert(
      fc.property(circumstances, fc.constantFrom(...levels), anyText(), (one, other, rule) => {
        for (const tighterOne of [
          { ...one, level: tighter(one.level, other) },
          { ...one, protectedBy: rule },
          { ...one, killed: true },
        ])
          if (decide(one) !== 'go') expect(decide(tighterOne)).not.toBe('go');
        expect(tighter(one.level, other)).toBe(tighter(other, one.level));
      }),
    );
  });

  it('protects what a rule spells out, whatever stands in it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('name', 'tag', 'dns'),
        anyText().filter(
          (value) =>
            value.trim() === value &&
            value !== '' &&
            !/[,*\n\r\u2028\u2029]/.test(value) &&
            !/^\d+-\d+$/.test(value),
        ),
        anyText(),
        (kind, value, more) => {
          const problems: string[] = [];
          const rules = parseProtectRules(`${kind}:${value}`, problems);
          expect([matchingRule([`${kind}:${value}`], rules), problems]).toEqual([
            `${kind}:${value}`,
            [],
          ]);
          if (more !== '') expect(matchingRule([`${kind}:${value}${more}`], rules)).toBeUndefined();
          expect(
            matchingRule(
              [`${kind}:${more}${value}${more}`],
              parseProtectRules(`${kind}:*${value}*`, []),
            ),
          ).toBe(`${kind}:*${value}*`);
        },
      ),
    );
  });

  it('protects ranges, and does not take one that ends before it begins for nothing', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(100_000), (from, to, id) => {
        const problems: string[] = [];
        const rules = parseProtectRules(`vmid:${from}-${to}`, problems);
        expect(problems.length > 0).toBe(from > to);
        expect(matchingRule([`vmid:${id}`], rules) !== undefined).toBe(from <= id && id <= to);
      }),
    );
  });
});

describe('the journal', () => {
  const key = (): Buffer => Buffer.alloc(32, 7);
  const open = (at: string, maxBytes?: number) =>
    openJournal(at, key, (entry) => boundJson(entry, (text) => text), Date.now, { maxBytes });

  it('holds whatever is written into it, over any number of files', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string({ maxLength: 8 }), anyJson, { maxKeys: 5 }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer({ min: 300, max: 4_000 }),
        async (bodies, maxBytes) => {
          const journal = open(mkdtempSync(join(tmpdir(), 'lares-test-')), maxBytes);
          for (const [i, body] of bodies.entries())
            await journal.append({
              ...(body as JsonObject),
              event: 'previewed',
              attempt: String(i),
              tool: 't',
            });
          const { entries, broken } = journal.read();
          expect([broken, entries.map(({ seq, attempt }) => [seq, attempt])]).toEqual([
            undefined,
            bodies.map((_, i) => [i + 1, String(i)]),
          ]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is found out whatever is cut out of it, moved in it or put into it', async () => {
    const at = mkdtempSync(join(tmpdir(), 'lares-test-'));
    const journal = open(at);
    for (let i = 0; i < 12; i++)
      await journal.append({
        event: 'previewed',
        attempt: String(i),
        tool: 't',
        note: 'x'.repeat(i),
      });
    const whole = readFileSync(journal.file, 'utf8');
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length), fc.nat(whole.length), (a, b, c) => {
        const [from = 0, to = 0] = [a, b].toSorted((x, y) => x - y);
        const rest = whole.slice(0, from) + whole.slice(to);
        const moved = rest.slice(0, c) + whole.slice(from, to) + rest.slice(c);
        for (const text of [
          rest,
          moved,
          whole.slice(0, c) + whole.slice(from, to) + whole.slice(c),
        ]) {
          writeFileSync(journal.file, text);
          // What stands after the last end of line was never acknowledged, so it is no part of the journal.
          const same = text.slice(0, text.lastIndexOf('\n') + 1) === whole;
          expect(journal.read().broken === undefined, `${from} ${to} ${c}`).toBe(same);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('bounds every line, and no secret is cut in half to be kept', () => {
    const secret = 'correct-horse-battery-staple';
    const redact = createRedactor([secret]);
    fc.assert(
      fc.property(fc.nat(3_000), fc.nat(3_000), anyJson, (before, after, more) => {
        const entry = boundJson(
          {
            text: 'a'.repeat(before) + secret + 'b'.repeat(after),
            [`k${secret}`]: more,
            list: Array.from({ length: 300 }, () => 'y'.repeat(500)),
          },
          redact,
        );
        const text = JSON.stringify(entry);
        expect(text.length).toBeLessThan(100_000);
        for (let n = 8; n <= secret.length; n++) expect(text).not.toContain(secret.slice(0, n));
        expect(text).toContain(redacted.slice(1, -1));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a repetition', () => {
  const what: Beginning = {
    tool: 't',
    target: 'x/1',
    summary: 's',
    digest: 'd',
    caller: 'c',
    level: 'confirm',
  };
  const event = fc.constantFrom(
    'started',
    'finished',
    'unfinished',
    'failed',
    'unknown',
    'previewed',
    'refused',
  );
  const history = fc
    .array(
      fc.record({
        event,
        attempt: fc.constantFrom('1', '2', '3'),
        digest: fc.constantFrom('d', 'e'),
        target: fc.constantFrom('x/1', 'x/2'),
        caller: fc.constantFrom('c', 'o'),
        pid: fc.constant(-1),
      }),
      { maxLength: 12 },
    )
    .map((all) =>
      all.map(
        (one, i) =>
          ({
            ...one,
            seq: i + 1,
            at: new Date(i * 1_000).toISOString(),
            tool: 't',
            host: 'elsewhere',
            prev: '',
            mac: '',
          }) as Entry,
      ),
    );

  const guard = { now: () => 20_000, codeMs: 600_000, running: new RunningWrites() };

  it('is only seen where the same was begun last, and always where its code began one', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...levels), (recent, level) => {
        const last = recent.findLast(
          (entry) => entry.event === 'started' && entry['target'] === 'x/1',
        );
        const refused = repeatRefusal(recent, { ...what, level }, guard) !== undefined;
        if (last?.['digest'] !== 'd') expect(refused).toBe(false);
        if (refused)
          expect(
            recent.some(
              (entry) =>
                entry.event === 'previewed' &&
                entry.seq >
                  Math.max(
                    last?.seq ?? 0,
                    ...recent
                      .filter(
                        ({ attempt, event: end }) =>
                          attempt === last?.attempt && end !== 'previewed' && end !== 'refused',
                      )
                      .map(({ seq }) => seq),
                  ) &&
                entry['digest'] === 'd' &&
                entry['caller'] === 'c' &&
                level === 'confirm' &&
                recent.some(
                  ({ attempt, event: end }) =>
                    attempt === last?.attempt &&
                    ['finished', 'unfinished', 'unknown'].includes(end),
                ),
            ),
          ).toBe(false);
        expect(
          repeatRefusal(
            [
              ...recent,
              { ...(last ?? what), event: 'started', seal: 'z', seq: 99 } as unknown as Entry,
            ],
            { ...what, level, seal: 'z' },
            guard,
          )?.message,
        ).toBe('That code was used already');
      }),
    );
  });
});

describe('what a caller can make long', () => {
  it('costs no more than its length', () => {
    const [secrets, n] = [createRedactor(['secret']), 1_000_000];
    // Each of these once took minutes; a hang fails by the test's own limit.
    for (const text of [
      `token=${' '.repeat(n)}`,
      'eyJ-'.repeat(n / 4),
      'password="'.repeat(n / 10),
      'a://'.repeat(n / 4),
      '-----BEGIN '.repeat(n / 11),
    ])
      secrets(text);
    nearest(
      'a'.repeat(n),
      Array.from({ length: 50 }, (_, i) => `guest${i}`),
    );
    expect(secrets('x-eyJhbGciOiJI.eyJzdWIiOiIx.c2ln token=   [redacted] password=hunter22')).toBe(
      `x-${redacted} token=   [redacted] password=${redacted}`,
    );
  });
});

const sorted = (value: Json): Json =>
  Array.isArray(value)
    ? value.map((item: Json) => sorted(item))
    : typeof value === 'object' && value !== null
      ? (Object.entries(value)
          .map(([k, v]) => [k, sorted(v ?? null)])
          .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
          .concat([['object', true]]) as unknown as Json)
      : Object.is(value, -0)
        ? 0
        : value;
const reversed = (value: Json): Json =>
  Array.isArray(value)
    ? value.map((item: Json) => reversed(item))
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([k, v]) => [k, reversed(v ?? null)]),
        )
      : value;
