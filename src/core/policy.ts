/** What a write does to the world: it can be undone; it interrupts; it loses something. */
export type Risk = 'reversible' | 'disruptive' | 'destructive';

/** How much a caller is trusted with writes; from least to most. */
export const levels = ['off', 'confirm'] as const;
export type Level = (typeof levels)[number];

/** The lower of two levels of trust. */
export const tighter = (a: Level, b: Level): Level => (levels.indexOf(a) < levels.indexOf(b) ? a : b);

export type Decision = 'refuse' | 'ask' | 'go';

/** The whole table. `confirmed`: the caller has seen a preview, or says so. Nothing else decides whether a write happens. */
const table: Readonly<Record<Level, Readonly<Record<Risk, readonly [unconfirmed: Decision, confirmed: Decision]>>>> = {
  off: { reversible: ['refuse', 'refuse'], disruptive: ['refuse', 'refuse'], destructive: ['refuse', 'refuse'] },
  confirm: { reversible: ['ask', 'go'], disruptive: ['ask', 'go'], destructive: ['ask', 'go'] },
};

export const decide = ({ level, risk, confirmed }: { level: Level; risk: Risk; confirmed: boolean }): Decision => table[level][risk][confirmed ? 1 : 0];
