import { kindOf, type Kind, type Ref } from '../../core/map.ts';
import { oneLine } from '../../core/base/text.ts';
import { plural } from '../../core/base/units.ts';
import type { Runtime } from '../../core/runtime.ts';
import type { Look } from '../look.ts';
import { hasLares, type OwnMachine } from './own-machine.ts';
import { radiusOf } from './radius.ts';
import { serverTexts } from './servers.ts';

/** What is told by name, and what by number, the most telling first. Addresses and upstreams only lead on. */
const named = ['site', 'datastore', 'storage', 'node', 'guest', 'workflow', 'job'] as const;
const counted: readonly (readonly [Kind, string])[] = [
  ['name', 'DNS name'],
  ['target', 'monitoring target'],
  ['source', 'log source'],
  ['backup', 'backup'],
];

const maxNames = 3;
const maxName = 60;

/** One sentence, or two where some of it is not certain. */
export function radiusText(
  about: readonly Ref[],
  look: Look,
  { services, redact }: Pick<Runtime, 'services' | 'redact'>,
  own: OwnMachine,
): string {
  const { certain, possible } = radiusOf(about, look);
  const titleOf = (ref: Ref): string => nameText(redact(look.map.things.get(ref)?.title ?? ref));
  const texts = (refs: readonly Ref[]): string[] => [
    ...serverTexts(refs, services, look),
    ...named.flatMap((kind) => namesText(kind, ofKind(refs, kind).map(titleOf))),
    ...counted.flatMap(([kind, word]) => countText(ofKind(refs, kind).length, word)),
  ];
  const sure = texts(certain);
  // Of a pair whose half is told already, what may stop with it is what it serves.
  const unsure = texts(
    possible.filter((ref) => !certain.some((half) => half.startsWith(`${ref}/`))),
  );
  if (hasLares([...about, ...certain], look.map, own)) sure.unshift('Lares itself');
  const it = about.length === 1 ? 'it' : 'them';
  if (sure.length === 0)
    return unsure.length === 0
      ? `Nothing is known to depend on ${it}.`
      : `Perhaps depends on ${it}: ${unsure.join('; ')}.`;
  const perhaps = unsure.length > 0 ? ` Perhaps also: ${unsure.join('; ')}.` : '';
  return `Depends on ${it}: ${sure.join('; ')}.${perhaps}`;
}

const ofKind = (refs: readonly Ref[], kind: Kind): Ref[] =>
  refs.filter((ref) => kindOf(ref) === kind);

function namesText(kind: string, titles: readonly string[]): string[] {
  if (titles.length === 0) return [];
  const more = titles.length - maxNames;
  const shown = titles.slice(0, maxNames).join(', ');
  return [
    `${titles.length === 1 ? kind : `${kind}s`} ${shown}${more > 0 ? ` and ${more} more` : ''}`,
  ];
}

const countText = (count: number, word: string): string[] =>
  count === 0 ? [] : [plural(count, word)];

/** A name is one word, or it stands in quotes: it cannot go on with the sentence. */
export function nameText(title: string): string {
  const name = oneLine(title, maxName);
  return /^[\p{L}\p{N}._:@/+-]+$/u.test(name) ? name : `"${name.replaceAll('"', "'")}"`;
}
