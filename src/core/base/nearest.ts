/** The known word that a mistyped one most likely meant: within a third of its length in edits, or nothing. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const edits = distance(word, candidate);
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** The known name that somebody most likely meant: mistyped, without its punctuation, by a part of it, or by letters of its title in their order (`pve` for Proxmox VE). */
export function meantName(
  word: string,
  known: Iterable<string>,
  titleOf: (name: string) => string = (name) => name,
): string | undefined {
  const names = [...known];
  const letters = lettersOf(word);
  const same = names.find((name) => lettersOf(name) === letters);
  if (same !== undefined || letters.length < 3) return same ?? nearest(word, names);
  const [shortest] = names
    .filter((name) => name.includes(word.toLowerCase()))
    .sort((a, b) => a.length - b.length);
  return (
    shortest ??
    nearest(word, names) ??
    names.find((name) => isAbbreviation(letters, lettersOf(titleOf(name))))
  );
}

/** What to say to somebody whose word is none of the known. */
export function suggestionFor(
  word: string,
  known: readonly string[],
  titleOf?: (name: string) => string,
): string {
  const meant = meantName(word, known, titleOf);
  return `${meant === undefined ? '' : `Did you mean ${meant}? `}One of: ${known.join(', ')}`;
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Whether all letters stand in the word in their order, and both begin alike. */
function isAbbreviation(letters: string, word: string): boolean {
  if (letters[0] !== word[0]) return false;
  let at = 0;
  for (const letter of word) if (letter === letters[at]) at++;
  return at === letters.length;
}

/** Insertions, deletions, changes, and two letters that changed places (optimal string alignment). */
function distance(a: string, b: string): number {
  let [older, previous]: [number[], number[]] = [
    [],
    Array.from({ length: b.length + 1 }, (_, j) => j),
  ];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (older[j - 2] ?? Infinity) + 1 : Infinity;
      row.push(
        Math.min(
          (previous[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped,
        ),
      );
    }
    [older, previous] = [previous, row];
  }
  return previous[b.length] ?? 0;
}
