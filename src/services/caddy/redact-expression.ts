import { redacted } from '../../core/config/secrets.ts';

/** A quoted string in CEL: double, single or backtick, with escapes in the first two. A colon behind it makes it the name of a field. */
const literal = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)(\s*:)?/g;

/**
 * A CEL expression without what it compares credentials with: `{http.request.header.X-Token} == "…"` is as good as the token.
 * Where anything in it is called like a credential, every string goes that is no name of a field.
 */
export function redactExpression(
  expression: string,
  isSecretName: (name: string) => boolean,
): string {
  const names = expression.match(/[\w.-]+/g) ?? [];
  if (!names.some((name) => isSecretName(name.split('.').at(-1) ?? ''))) return expression;
  return expression.replace(literal, (text: string, _, colon: string | undefined) =>
    colon === undefined ? `"${redacted}"` : text,
  );
}
