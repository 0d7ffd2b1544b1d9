import { parse, ParseFailure, type Parsed } from './lucene.ts';
import type { Call } from './route.ts';

/** The query as a test, or why it is none. */
export function tryParse(query: string): Parsed | ParseFailure {
  try {
    return parse(query);
  } catch (error) {
    if (error instanceof ParseFailure) return error;
    throw error;
  }
}

/** POST /search/validate: what is wrong with a query, and which of its fields are not known. */
export function validate({ body, log }: Call): unknown {
  const { query } = JSON.parse(body) as { query: { query_string: string } };
  const parsed = tryParse(query.query_string);
  const context = { searched_index_ranges: [], data_routed_streams: [] };
  if (parsed instanceof ParseFailure) {
    const cause = parsed.message.includes('<EOF>')
      ? 'incomplete query, query ended unexpectedly'
      : `ParseException: ${parsed.message}`;
    return {
      status: 'ERROR',
      explanations: [
        {
          error_type: 'QUERY_PARSING_ERROR',
          begin_line: 1,
          begin_column: 0,
          end_line: 1,
          end_column: parsed.column,
          error_title: 'Query parsing error',
          error_message: `Cannot parse query, cause: ${cause}`,
        },
      ],
      context,
    };
  }
  const known = log.fields();
  const explanations = parsed.fields
    .filter((field) => !known.includes(field))
    .map((field) => ({
      error_type: 'UNKNOWN_FIELD',
      begin_line: 1,
      begin_column: 0,
      end_line: 1,
      end_column: field.length,
      error_title: 'Unknown field',
      error_message: `Query contains unknown field: ${field}`,
      related_property: field,
    }));
  return {
    status: explanations.length > 0 ? 'WARNING' : 'OK',
    ...(explanations.length > 0 && { explanations }),
    context,
  };
}
