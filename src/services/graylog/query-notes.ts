import { nearest } from '../../core/base/nearest.ts';
import { oneLine } from '../../core/base/text.ts';
import type { Graylog } from './client.ts';
import type { Validation } from './schema/index.ts';
import type { SearchQuestion } from './search.ts';

/**
 * What Graylog remarks about a query that it runs all the same, one sentence each. It answers `not source:nas1` with the messages from
 * nas1, and only its validation knows that a word was taken for what it is not.
 */
export async function queryNotes(
  graylog: Graylog,
  { query, range, streams }: Pick<SearchQuestion, 'query' | 'range' | 'streams'>,
): Promise<QueryNote[]> {
  if (query === '*') return [];
  const { explanations } = await graylog.validate(query, range, streams);
  const unknown = unknownFields(explanations);
  const known = unknown.length > 0 ? await graylog.fields().catch(() => []) : [];
  const notes = explanations.flatMap((explanation): QueryNote[] => {
    if (explanation.error_type === 'UNKNOWN_FIELD') return [];
    return [{ kind: 'wrong', text: `Wrong query: ${remark(explanation)}` }];
  });
  return withoutRepeats([
    ...notes,
    // The validation remembers fields for a while; what the list of fields knows is none.
    ...unknown
      .filter((field) => !known.includes(field))
      .map((field) => ({ kind: 'unknown field' as const, text: unknownField(field, known) })),
  ]);
}

/** `unknown field`: messages that have it may still come. */
export interface QueryNote {
  kind: 'wrong' | 'unknown field';
  text: string;
}

type Explanation = Validation['explanations'][number];

const unknownFields = (explanations: readonly Explanation[]): string[] => [
  ...new Set(
    explanations.flatMap(({ error_type, related_property }) =>
      error_type === 'UNKNOWN_FIELD' && related_property ? [related_property] : [],
    ),
  ),
];

function unknownField(field: string, known: readonly string[]): string {
  const near = nearest(field, known);
  return `Wrong query: no message seen so far has a field called ${oneLine(field, 80)}${near ? `; did you mean ${near}?` : '.'}`;
}

function remark({ error_type, error_message, related_property }: Explanation): string {
  if (error_type !== 'INVALID_OPERATOR')
    return `${oneLine(error_message, 300).replace(/\.$/, '')}.`;
  const word = related_property ?? /"([^"]+)"/.exec(error_message)?.[1] ?? 'and, or, not';
  return `Graylog searches for the word ${JSON.stringify(word)}; as an operator it is written ${word.toUpperCase()}. The answer is that of the query as it stands, and may be the opposite of what was meant.`;
}

const withoutRepeats = (notes: readonly QueryNote[]): QueryNote[] => [
  ...new Map(notes.map((note) => [note.text, note])).values(),
];
