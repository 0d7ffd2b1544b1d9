import * as z from 'zod';
import { renderRead } from '../../core/answer.ts';
import { raceAbort } from '../../core/base/abortable.ts';
import { oneLine } from '../../core/base/text.ts';
import type { Gap } from '../../core/gap.ts';
import type { Call } from '../../core/http/index.ts';
import type { Ref } from '../../core/map.ts';
import type { Runtime } from '../../core/runtime.ts';
import { lookWithAddresses, type Look } from '../look.ts';
import type { MappedThing } from '../map/map.ts';
import { homelabRead, type HomelabCall, type HomelabTool } from '../read-tool.ts';
import { chainOf, sideText, stationOf, titled, type Station } from './chain.ts';
import { dependantsOf } from './dependants.ts';
import { disagreementsOf } from './disagreements.ts';
import { explanationText } from './explanation-text.ts';
import { Explanation, shorten } from './explanation.ts';
import { inTurn, latelyOf, type Told } from './lately.ts';
import { gapsOf } from './look-gaps.ts';
import { subjectsOf, type Question, type Subjects } from './subject.ts';
import { surroundingsOf, type Surroundings } from './surroundings.ts';
import { troubleOf } from './trouble.ts';

/** Tokens of text and data together, whatever the caller would take. */
export const maxTokens = 1_200;

/** Rows of each list before the whole is cut to size. */
const max = { rows: 12, trouble: 8, also: 5, happenings: 4, quotes: 2 };

const shown = { output: Explanation, text: explanationText, shorten };

const tool = homelabRead({
  name: 'explain',
  title: 'What is this, and what is wrong with it?',
  description:
    'Explain one thing: the chain it stands in, its state and trouble, what depends on it, what happened lately.',
  example: { what: 'wiki' },
  input: z.strictObject({
    what: z.string().trim().min(1).max(300).describe('Name, number, IP, MAC, URL, alert or ref'),
  }),
  run: (question, runtime, call) => explained(question, runtime, call),
  ...shown,
});

export const explain: HomelabTool = {
  ...tool,
  run: (raw, runtime, call) => tool.run(raw, runtime, { ...call, maxTokens: budget(call) }),
};

const budget = ({ maxTokens: callers = maxTokens }: HomelabCall): number =>
  Math.min(callers, maxTokens);

/** The answer of the tool to a narrower question. */
export async function explanationOf(
  question: Question,
  runtime: Runtime,
  call: Call,
): Promise<{ text: string; data: Explanation }> {
  const { result, text } = await renderRead(
    shown,
    { ...question },
    () => explained(question, runtime, call),
    { redact: runtime.redact, maxTokens },
  );
  return { text, data: result as unknown as Explanation };
}

/** Everything that is known of one thing; the candidates where several are called so. Throws an InputError where none is. */
export async function explained(
  question: Question,
  runtime: Runtime,
  call: Call,
): Promise<Explanation> {
  const look = await raceAbort(call.signal, lookWithAddresses(runtime));
  const subjects = await subjectsOf(question, look, runtime);
  const [subject, ...others] = subjects.things;
  const gaps = gapsOf(look, runtime).map(short);
  if (!subject || others.length > 0)
    return { ...candidatesIn(subjects, look), ...listed({ gaps }) };
  const around = surroundingsOf(subject, look.map);
  const known = knownRefs(around);
  const pasts = await latelyOf(known, look.map, runtime, call);
  const { ref, title, state, about, by, more } = subject;
  const chain = chainOf(around, look.map);
  const inChain = new Set<string>(chain.map((station) => station.ref));
  const sides = known.filter((other) => !inChain.has(other));
  const also = subjects.others.flatMap((other) => (known.includes(other.ref) ? [] : [other.ref]));
  return {
    ref,
    ...titled(ref, title),
    ...(state && { state }),
    ...(about !== undefined && { about: oneLine(about, 160) }),
    by,
    ...(more && { next: more }),
    ...listed({
      also: also.slice(0, max.also),
      trouble: troubleOf(around, look)
        .slice(0, max.trouble)
        .map((trouble) => ({ ...trouble, message: oneLine(trouble.message, 300) })),
      chain: chain.length > 1 ? chain.slice(0, max.rows).map(bounded) : [],
      sides: sides
        .flatMap((other) => sideText(other, known, look.map) ?? [])
        .slice(0, max.rows)
        .map((side) => oneLine(side, 240)),
      dependants: dependantsOf(ref, look.map),
      lately: inTurn(pasts, max.happenings).map(happening),
      disagreements: disagreementsOf(known, look.map).map((sentence) => oneLine(sentence, 300)),
      gaps: [...pasts.flatMap((past) => past.gaps).map(short), ...gaps],
    }),
  };
}

/** All that belongs to it, the nearest first. */
const knownRefs = ({ subject, foundation, sides, services, documented }: Surroundings): Ref[] => [
  ...new Set([subject.ref, ...foundation, ...sides, ...services, ...documented]),
];

const seen = (ref: Ref, { map }: Look): Station[] => {
  const thing = map.things.get(ref);
  return thing ? [stationOf(thing, () => true, map)] : [];
};

const candidatesIn = ({ things, others }: Subjects, look: Look): Explanation => ({
  candidates: [...things, ...others]
    .slice(0, max.rows)
    .flatMap(({ ref }: MappedThing) => seen(ref, look))
    .map(({ links: _, ...candidate }) => bounded({ ...candidate, links: [] })),
});

const bounded = ({ title, about, links, ...row }: Station) => ({
  ...row,
  ...(title !== undefined && { title: oneLine(title, 80) }),
  ...(about !== undefined && { about: oneLine(about, 120) }),
  ...(links.length > 0 && { links: links.slice(0, 4).map((link) => oneLine(link, 160)) }),
});

const happening = ({ by, at, text, quotes = [] }: Told) => ({
  by,
  ...(at !== undefined && { at }),
  text: oneLine(text, 200),
  ...(quotes.length > 0 && {
    quotes: quotes.slice(0, max.quotes).map((quote) => oneLine(quote, 160)),
  }),
});

const short = ({ what, why, ...gap }: Gap): Gap => ({
  ...gap,
  what: oneLine(what, 120),
  why: oneLine(why, 160),
});

/** Without the lists that are empty. */
const listed = (lists: Partial<Explanation>): Partial<Explanation> =>
  Object.fromEntries(
    Object.entries(lists).filter(([, rows]) => Array.isArray(rows) && rows.length > 0),
  );
