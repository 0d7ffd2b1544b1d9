import { kindOf, type Link, type Ref } from '../../core/map.ts';
import type { HomelabMap, MappedThing } from './map.ts';

const colours: Readonly<Record<string, string>> = { down: 'red', degraded: 'orange' };

/** The map for Graphviz, from what depends to what it depends on; dashed is likely, dotted only documented. With `refs` no more than these. */
export function dotOf(map: HomelabMap, refs?: ReadonlySet<Ref>): string {
  const shown = [...map.things.values()].filter(({ ref }) => refs?.has(ref) ?? true);
  const names = new Set(shown.map(({ ref }) => ref));
  return [
    'digraph homelab {',
    '  rankdir=LR; node [shape=box, fontname="sans-serif"];',
    ...shown.map((thing) => `  ${quoted(thing.ref)} [${attributesOf(thing)}];`),
    ...shown.flatMap(({ ref, links }) =>
      links
        .filter(({ to }) => names.has(to))
        .map((link) => `  ${quoted(ref)} -> ${quoted(link.to)} [${styleOf(link)}];`),
    ),
    '}',
  ].join('\n');
}

function attributesOf({ ref, title, state }: MappedThing): string {
  const label = `label=${quoted(`${kindOf(ref)} ${title}${state === 'down' ? ' (down)' : ''}`)}`;
  const colour = colours[state ?? ''];
  return colour === undefined ? label : `${label}, color=${colour}`;
}

function styleOf({ how, weak, documented }: Link): string {
  const label = `label=${quoted(how)}`;
  if (documented) return `${label}, style=dotted`;
  return weak ? `${label}, style=dashed` : label;
}

/** A quoted string of the DOT language, in which only the quote itself and the backslash have a meaning. */
const quoted = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- a title may hold anything
  `"${text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/["\\]/g, '\\$&')}"`;
