/** Somebody pressed Ctrl-C or Escape, or the terminal went away. */
export class Stopped extends Error {}
