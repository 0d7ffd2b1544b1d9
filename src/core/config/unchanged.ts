const longest = 64;
const most = 4_096;

/**
 * The same function, but that it remembers short texts it gives back as they are: states, names and types stand in every row of every answer.
 * What it changed, which may be a secret, is kept nowhere.
 */
export function rememberUnchanged(change: (text: string) => string): (text: string) => string {
  const unchanged = new Set<string>();
  return (text) => {
    if (unchanged.has(text)) return text;
    const changed = change(text);
    if (changed === text && text.length <= longest) {
      if (unchanged.size >= most) unchanged.clear();
      unchanged.add(text);
    }
    return changed;
  };
}
