import * as z from 'zod';

const ruleWords: Readonly<Record<number, [is: string, not: string]>> = {
  1: ['is', 'is not'],
  2: ['matches', 'does not match'],
  3: ['>', 'is not >'],
  4: ['<', 'is not <'],
  5: ['is present', 'is absent'],
  6: ['contains', 'does not contain'],
  7: ['always', 'never'],
  8: ['came from input', 'did not come from input'],
};

/** A rule in words; types as in StreamRuleType.java, unknown ones by number. */
const Rule = z
  .object({
    field: z.string().nullish(),
    type: z.number(),
    value: z.string().nullish(),
    inverted: z.boolean().nullish(),
  })
  .transform(({ field, type, value, inverted }) => {
    const verb =
      ruleWords[type]?.[inverted ? 1 : 0] ?? `${inverted ? 'not ' : ''}rule type ${type}`;
    return type === 7
      ? verb
      : [type === 8 ? '' : field, verb, type === 5 ? '' : value].filter(Boolean).join(' ');
  });

const Stream = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string().nullish(),
    disabled: z.boolean().nullish(),
    is_default: z.boolean().nullish(),
    matching_type: z.string().nullish(),
    rules: z.array(Rule).nullish(),
    index_set_id: z.string().nullish(),
  })
  .transform(({ id, title, description, disabled, is_default, matching_type, rules }) => ({
    id,
    title,
    description: description || undefined,
    disabled: disabled === true,
    isDefault: is_default === true,
    rules: rules ?? [],
    /** Whether a message must match all rules, or one of them. */
    matching: matching_type === 'OR' ? ('any' as const) : ('all' as const),
  }));
export type Stream = z.output<typeof Stream>;

/** The answer of GET /streams: the streams this user may read, and no word of the others. */
export const Streams = z
  .object({ streams: z.array(Stream) })
  .transform(({ streams }) => streams.sort((a, b) => a.title.localeCompare(b.title, 'en')));
