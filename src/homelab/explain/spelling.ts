import { canonicalName, placeOf, type Ref } from '../../core/map.ts';
import { clean } from '../../core/base/text.ts';

/** What a person typed, in the forms in which things are named. */
export interface Spelling {
  /** As it was typed, without blanks around it. */
  text: string;
  /** To compare names with. */
  name: string;
  /** The address or the DNS name in it. */
  place: Ref | undefined;
  isUrl: boolean;
  /** `10.0.20.9:80` of `http://10.0.20.9:80/x`; undefined without a port. */
  endpoint: string | undefined;
  mac: string | undefined;
}

export function spellingOf(typed: string): Spelling {
  const text = clean(typed).trim();
  const bare = text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/[/?#].*$/, '');
  const authority = bare.replace(/^.*@/, '').toLowerCase();
  const mac = macIn(text);
  return {
    text,
    name: plainName(text),
    place: mac === undefined ? placeOf(text) : undefined,
    isUrl: /^[a-z][a-z0-9+.-]*:\/\//i.test(text),
    endpoint: /^(?:\[[^\]]+\]|[^:]+):\d+$/.test(authority) ? authority : undefined,
    mac,
  };
}

/** Twelve hexadecimal digits, however they are separated. */
export function macIn(text: string): string | undefined {
  if (
    !/^[\da-f]{2}([:-])(?:[\da-f]{2}\1){4}[\da-f]{2}$|^(?:[\da-f]{4}\.){2}[\da-f]{4}$/i.test(text)
  )
    return undefined;
  return text.toLowerCase().replace(/[^\da-f]/g, '');
}

/** Without what nobody can see, in lower case, without the dot or the slash at its end. */
export const plainName = (text: string): string =>
  canonicalName(clean(text).replace(/\/+$/, '').replace(/\s+/g, ' '));
