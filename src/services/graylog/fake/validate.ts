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
export function validate({ body, log, world }: Call): unknown {
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
  const { forgottenFields } = world.graylog;
  const known = log.fields().filter((field) => !forgottenFields.includes(field));
  const explanations = [
    ...parsed.fields
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
      })),
    ...lowerCaseOperators(query.query_string),
    ...wrongValues(query.query_string),
  ];
  return {
    status: explanations.length > 0 ? 'WARNING' : 'OK',
    ...(explanations.length > 0 && { explanations }),
    context,
  };
}

const position = (index: number, length: number): object => ({
  begin_line: 1,
  begin_column: index,
  end_line: 1,
  end_column: index + length,
});

/** Terms that are words of the language in lower case (InvalidOperatorsValidator.java); what stands in quotes is no term. */
function lowerCaseOperators(query: string): object[] {
  const unquoted = query.replace(/"(?:[^"\\]|\\.)*"/g, (phrase) => ' '.repeat(phrase.length));
  return [...unquoted.matchAll(/(?<![\w:.\\-])(and|or|not)(?![\w:.-])/g)].map(
    ({ 0: word, index }) => ({
      error_type: 'INVALID_OPERATOR',
      ...position(index, word.length),
      error_title: 'Invalid operator',
      error_message: `Query contains invalid operator "${word}". All AND / OR / NOT operators have to be written uppercase`,
      related_property: word,
    }),
  );
}

/** Text where the field holds numbers (FieldValueTypeValidator.java). The search finds nothing and says nothing. */
function wrongValues(query: string): object[] {
  return [...query.matchAll(/\blevel:(?:[<>]=?)?([A-Za-z]\w*)/g)].map(
    ({ 0: term, 1: value = '', index }) => ({
      error_type: 'INVALID_VALUE_TYPE',
      ...position(index, term.length),
      error_title: 'Invalid value type',
      error_message: `Type of level is long, cannot use value ${value}`,
      related_property: 'level',
    }),
  );
}
