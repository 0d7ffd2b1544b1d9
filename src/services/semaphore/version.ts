/** What a version says about how a run is asked for. */
export interface Version {
  label: string;
  /** `[2, 17, 12]`; unknown for builds that only say `development`. */
  numbers: readonly number[] | undefined;
}

/** From `2.17.12-3e5e0de-1771578346`, `v2.10.32` or `development`. */
export function versionOf(label: string): Version {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(label);
  return {
    label: match ? match[0].replace(/^v/, '') : label || 'unknown',
    numbers: match?.slice(1).map((part) => Number(part ?? 0)),
  };
}

/** Whether it is older than the one named; undefined when nobody can tell. */
export function isBefore({ numbers }: Version, ...than: readonly number[]): boolean | undefined {
  if (!numbers) return undefined;
  const difference = than.map((part, i) => (numbers[i] ?? 0) - part).find((part) => part !== 0);
  return (difference ?? 0) < 0;
}

/** Up to 2.10 a task has top-level flags; from 2.11 on it has `params`, and what the template does not allow is dropped (migration 2.10.46). */
export const hasTopLevelFlags = (version: Version): boolean | undefined => isBefore(version, 2, 11);
