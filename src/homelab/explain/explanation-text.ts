import { gapsText } from '../../core/gap.ts';
import { kindOf, idOf, type Ref } from '../../core/map.ts';
import { lines } from '../../core/base/table.ts';
import { jsonLine, quoted } from '../../core/base/text.ts';
import { count, plural } from '../../core/base/units.ts';
import type { Explanation } from './explanation.ts';

type Seen = NonNullable<Explanation['chain']>[number];
type Trouble = NonNullable<Explanation['trouble']>[number];
type Dependants = NonNullable<Explanation['dependants']>[number];
type Happening = NonNullable<Explanation['lately']>[number];

/** An explanation as a person reads it: what is wrong stands before how it hangs together. */
export function explanationText(explanation: Explanation): string {
  const { candidates, ref, omitted = {} } = explanation;
  const rest = lines(gapsText(explanation.gaps), omittedText(omitted));
  if (candidates)
    return lines(
      'Several things are called so. Ask again with the ref of one:',
      ...candidates.map((candidate) => `${candidate.ref}: ${seenText(candidate)}`),
      rest,
    );
  const { also = [], chain = [], sides = [], disagreements = [], lately = [] } = explanation;
  return lines(
    headline(explanation),
    also.length > 0 && `Also called so: ${also.join(', ')}`,
    troubleText(explanation),
    ...(chain.length > 1
      ? [
          'Chain, top to bottom:',
          ...chain.map((row) => `${row.ref === ref ? '* ' : ''}${seenText(row)}`),
        ]
      : []),
    sides.length > 0 && 'Other sides of it:',
    ...sides,
    dependantsText(explanation.dependants),
    ...disagreements.map((sentence) => `DISAGREEMENT: ${sentence}`),
    lately.length > 0 && 'Lately:',
    ...lately.map(happeningText),
    rest,
  );
}

const headline = ({ ref = '', title, state, about, by = [], next }: Explanation): string =>
  [
    `${seenText({ ref, title, state, about })} (${ref})`,
    by.length > 0 && `known to ${by.join(', ')}`,
  ]
    .filter(Boolean)
    .join(', ') + nextText(next);

/** `site wiki.lab.example.net, up, served: forwards to …` */
function seenText({ links = [], ...station }: Seen): string {
  const seen = [nameText(station), station.state, station.about].filter(Boolean).join(', ');
  return links.length > 0 ? `${seen}: ${links.join('; ')}` : seen;
}

function nameText({ ref, title }: Pick<Seen, 'ref' | 'title'>): string {
  const name =
    title ??
    idOf(ref as Ref)
      .split('/')
      .at(-1) ??
    ref;
  return `${kindOf(ref as Ref)} ${name}`;
}

function troubleText(explanation: Explanation): string {
  const { trouble = [], gaps = [], omitted = {} } = explanation;
  if (trouble.length > 0) return trouble.map(troubleLine).join('\n');
  const asChecked = gaps.length > 0 || omitted['gaps'] ? ', as far as was checked' : '';
  const broken = brokenIn(explanation);
  return broken.length > 0
    ? `No finding tells of trouble with it or below it${asChecked}, but ${broken.join(' and ')}.`
    : `No trouble is known with it or below it${asChecked}.`;
}

/** What is seen to be broken, whether a finding says so or not: what is meant to be off has none. */
function brokenIn({ ref, title, state, chain = [] }: Explanation): string[] {
  const own = ref === undefined ? [] : [{ ref, title, state }];
  return [...own, ...chain]
    .filter((station) => station.state === 'down' || station.state === 'degraded')
    .map((station) => `${nameText(station)} is ${station.state}`);
}

const where = { here: '', below: ' below it', above: ' on top of it' } as const;

function troubleLine({
  id,
  severity,
  where: place,
  message,
  muted,
  since,
  following,
  next,
}: Trouble): string {
  const more = [
    since && `since ${since}`,
    following && `${plural(following, 'finding')} follow${following === 1 ? 's' : ''}`,
  ]
    .filter(Boolean)
    .join('; ');
  return `${severity.toUpperCase()}${where[place]}${muted ? ' (muted)' : ''} ${id}: ${message}${more ? ` (${more})` : ''}${nextText(next)}`;
}

function dependantsText(dependants: readonly Dependants[] = []): string {
  if (dependants.length === 0) return '';
  return `Depend on it: ${dependants.map(dependantText).join('; ')}`;
}

function dependantText({ kind, count: total, names, spared = 0 }: Dependants): string {
  const others = total - spared - names.length;
  const named = `${names.join(', ')}${others > 0 ? ` and ${count(others)} more` : ''}`;
  return [
    plural(total, kind),
    names.length > 0 && `(${named})`,
    spared > 0 && `of which ${count(spared)} ${spared === 1 ? 'has' : 'have'} another way`,
  ]
    .filter(Boolean)
    .join(' ');
}

const happeningText = ({ by, at, text, quotes = [] }: Happening): string =>
  quotes.length > 0
    ? quoted([at, by, text].filter(Boolean).join(' '), quotes)
    : [at, `${by}:`, text].filter(Boolean).join(' ');

const nextText = (next: Explanation['next']): string =>
  next ? ` → ${next.tool} ${jsonLine(next.arguments)}` : '';

function omittedText(omitted: Readonly<Record<string, number>>): string {
  const parts = Object.entries(omitted).map(([list, rows]) => `${count(rows)} of ${list}`);
  return parts.length === 0 ? '' : `Left out, to be short: ${parts.join(', ')}.`;
}
