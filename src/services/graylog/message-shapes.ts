import { oneLine } from '../../core/base/text.ts';

/** Messages that differ in nothing but numbers, addresses and ids. */
export interface Shape {
  /** The newest of them. */
  example: string;
  count: number;
}

const longestShape = 120;

/** The shapes of messages, the most frequent first. */
export function shapesOf(messages: readonly string[]): Shape[] {
  const shapes = new Map<string, Shape>();
  for (const message of messages) {
    const line = oneLine(message, 400);
    const shape = line
      .replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi, '#')
      .replace(/\b(?:0x)?[\da-f]*\d[\da-f]*\b/gi, '#')
      .replace(/"[^"]*"|'[^']*'/g, '"…"')
      .slice(0, longestShape);
    const known = shapes.get(shape);
    if (known) known.count++;
    else shapes.set(shape, { example: line, count: 1 });
  }
  return [...shapes.values()].sort((a, b) => b.count - a.count);
}
