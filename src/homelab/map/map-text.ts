import { ownCommand } from '../../core/base/own-command.ts';
import { gapsText, type Gap } from '../../core/gap.ts';
import { kindOf, kinds, type Link, type Ref } from '../../core/map.ts';
import { lines, table } from '../../core/base/table.ts';
import { oneLine } from '../../core/base/text.ts';
import { plural } from '../../core/base/units.ts';
import type { Conflict, HomelabMap, MappedThing } from './map.ts';

/** Rows of the whole map, and links named in one of them. */
const maxRows = 300;
const maxLinks = 3;
/** Lines of what stands on one thing, or below it. */
const maxLines = 40;
const longest = 50;

/** Everything that is known and what it stands on, one line a thing, in the order of `kinds`. */
export function mapText(map: HomelabMap, gaps: readonly Gap[]): string {
  const things = sorted([...map.things.values()]);
  const counts = kinds
    .map((kind) => [kind, things.filter(({ ref }) => kindOf(ref) === kind).length] as const)
    .filter(([, count]) => count > 0);
  return lines(
    things.length === 0
      ? 'Nothing is known.'
      : `${plural(things.length, 'thing')}: ${counts.map(([kind, count]) => `${kind} ${count}`).join(', ')}.`,
    table(
      things.slice(0, maxRows),
      {
        kind: ({ ref }) => kindOf(ref),
        thing: ({ title }) => oneLine(title, longest),
        state: ({ state, idle }) => (idle ? `${state ?? ''} (may be off)`.trim() : state),
        'stands on': ({ links }) => linksText(links, map),
        carries: ({ ref }) => map.dependants(ref).length || undefined,
      },
      120,
    ),
    things.length > maxRows &&
      `${things.length - maxRows} more not shown: \`${ownCommand('map NAME')}\` has each.`,
    conflictsText(map),
    gapsText(gaps),
  );
}

/** One thing: what it stands on down to the ground, and what would stop with it. */
export function thingText(thing: MappedThing, map: HomelabMap): string {
  const { ref, title, state, about, by, links } = thing;
  const documented = links.filter((link) => link.documented);
  return lines(
    `${kindOf(ref)} ${oneLine(title, longest)}${state === undefined ? '' : `, ${state}`}${about ? ` (${oneLine(about, 120)})` : ''}`,
    by.length > 0 && `known to ${by.join(', ')} as ${ref}`,
    section('stands on', map.foundation(ref), map, (below) => wayText(map.path(ref, below), map)),
    documented.length > 0 && `documented: ${linksText(documented, map)}`,
    section('carries', map.dependants(ref), map, (above) =>
      wayText(map.path(above, ref)?.toReversed(), map),
    ),
    conflictsText(map, ref),
  );
}

function section(
  title: string,
  refs: readonly Ref[],
  map: HomelabMap,
  lineOf: (ref: Ref) => string,
): string {
  if (refs.length === 0) return `${title}: nothing that is known`;
  const shown = refs.slice(0, maxLines).map((ref) => `  ${nameOf(ref, map)}${lineOf(ref)}`);
  const others = refs.length - shown.length;
  return [`${title}:`, ...shown, ...(others > 0 ? [`  and ${others} more`] : [])].join('\n');
}

/** ` by way of 10.0.20.9`, and nothing where it is the next thing. */
function wayText(path: readonly Ref[] | undefined, map: HomelabMap): string {
  const between = path?.slice(1, -1) ?? [];
  return between.length === 0
    ? ''
    : `, by way of ${between.map((ref) => titleOf(ref, map)).join(', ')}`;
}

const linksText = (links: readonly Link[], map: HomelabMap): string => {
  const texts = links.map(
    ({ how, to, weak, documented }) =>
      `${how} ${titleOf(to, map)}${weak ? ' (likely)' : ''}${documented ? ' (documented)' : ''}`,
  );
  const others = texts.length - maxLinks;
  return `${texts.slice(0, maxLinks).join('; ')}${others > 0 ? `; and ${others} more` : ''}`;
};

const titleOf = (ref: Ref, map: HomelabMap): string =>
  oneLine(map.things.get(ref)?.title ?? ref, longest);

/** `guest n8n` */
export const nameOf = (ref: Ref, map: HomelabMap): string => `${kindOf(ref)} ${titleOf(ref, map)}`;

/** Addresses that several machines claim, all of them or those that one thing has to do with. */
function conflictsText(map: HomelabMap, about?: Ref): string {
  const concerns = ({ address, owners }: Conflict): boolean =>
    about === undefined || address === about || owners.includes(about);
  return map.conflicts
    .filter(concerns)
    .slice(0, maxLines)
    .map(
      ({ address, owners }) =>
        `CONFLICT ${titleOf(address, map)} is claimed by ${owners.map((ref) => nameOf(ref, map)).join(' and ')}: joined to neither`,
    )
    .join('\n');
}

const sorted = (things: readonly MappedThing[]): MappedThing[] =>
  things.toSorted(
    (a, b) =>
      kinds.indexOf(kindOf(a.ref)) - kinds.indexOf(kindOf(b.ref)) ||
      a.ref.localeCompare(b.ref, 'en', { numeric: true }),
  );
