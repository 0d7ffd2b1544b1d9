/** What a write does to the world: it can be undone; it interrupts; it loses something. It decides how a client is warned, never whether the gate asks. */
export type Risk = 'reversible' | 'disruptive' | 'destructive';

/** How far writes are trusted, from least to most. */
export const levels = ['off', 'human', 'sealed', 'confirm'] as const;
/** One level of trust. */
export type Level = (typeof levels)[number];

/** The tighter of two levels of trust. */
export const tighter = (a: Level, b: Level): Level =>
  levels.indexOf(a) < levels.indexOf(b) ? a : b;

/** What came with the call, after it was verified: nothing, `confirm: true`, a code that fits, or a code that a person approved. */
export type ConfirmationKind = 'nothing' | 'yes' | 'code' | 'approval';

/** `show` the preview, `ask` a person, `wait` for one, `go`, or `refuse`. */
export type Decision = 'refuse' | 'show' | 'ask' | 'wait' | 'go';

const table: Readonly<Record<Level, Readonly<Record<ConfirmationKind, Decision>>>> = {
  off: { nothing: 'refuse', yes: 'refuse', code: 'refuse', approval: 'refuse' },
  human: { nothing: 'ask', yes: 'refuse', code: 'wait', approval: 'go' },
  sealed: { nothing: 'show', yes: 'refuse', code: 'go', approval: 'go' },
  confirm: { nothing: 'show', yes: 'go', code: 'go', approval: 'go' },
};

/** Everything that a decision depends on. */
export interface Circumstances {
  level: Level;
  confirmation: ConfirmationKind;
  /** The rule of LARES_PROTECT that covers what would be touched. */
  protectedBy?: string | undefined;
  /** Somebody has put the kill switch in place. */
  killed: boolean;
}

/** The whole policy. Protection refuses the preview already; the kill switch refuses whatever would have an effect. Nothing else decides. */
export function decide({ level, confirmation, protectedBy, killed }: Circumstances): Decision {
  const decision = table[level][confirmation];
  if (protectedBy !== undefined || (killed && decision === 'go')) return 'refuse';
  return decision;
}
