/** How long this process could do nothing at all, because it had no turn: what answered meanwhile was not heard. */
export interface Lag {
  /** Milliseconds since the watch began. */
  ms(): number;
  stop(): void;
}

const everyMs = 25;

/** Watches until it is stopped. Costs a timer that does next to nothing. */
export function watchLag(): Lag {
  let total = 0;
  let last = performance.now();
  const sinceLast = (): number => Math.max(0, performance.now() - last - everyMs);
  const timer = setInterval(() => {
    const late = sinceLast();
    if (late > everyMs) total += late;
    last = performance.now();
  }, everyMs);
  timer.unref();
  return {
    ms: () => total + (sinceLast() > everyMs ? sinceLast() : 0),
    stop: () => clearInterval(timer),
  };
}
