import { statSync } from 'node:fs';

const stampOf = (file: string): string => {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : 'gone';
};

/** Looks at files now and then: this also sees what mounts, links and atomic replacements hide from notifications of the file system. Returns the way to stop. */
export function watchFiles(
  files: () => readonly string[],
  changed: () => void,
  everyMs: number,
): () => void {
  const look = (): string => files().map(stampOf).join('|');
  let seen = look();
  const timer = setInterval(() => {
    const now = look();
    if (now === seen) return;
    seen = now;
    changed();
  }, everyMs).unref();
  return () => clearInterval(timer);
}
