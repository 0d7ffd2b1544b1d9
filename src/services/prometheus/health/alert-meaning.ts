import { wordsOf } from './alert-subject.ts';

/** Words that name what runs short, and that it does. */
const scarce = /\b(?:low|full|high|space|usage|used|fill|filling|out of|exhausted|pressure|left)\b/;
const things: readonly (readonly [string, RegExp])[] = [
  ['memory', /\b(?:memory|ram)\b/],
  ['space', /\b(?:disk|filesystem|file system|storage|volume|root)\b/],
];
/** Of these parts of a disk or of memory there may be too few while there is room. */
const otherwise = /\b(?:io|latency|read|write|inodes?|smart|swap|errors?|failure|failing)\b/;

/** What an alert says runs short, in the word that who owns it has for it; undefined where its name says nothing or something else. */
export function meaningOf(name: string): string | undefined {
  const words = wordsOf(name);
  if (!scarce.test(words) || otherwise.test(words)) return undefined;
  return things.find(([, thing]) => thing.test(words))?.[0];
}
