/** A request and the JSON it was answered with. */
export interface Exchange {
  method: string;
  path: string;
  query: string[];
  body: unknown;
}

/** Whole JSON answers of a wire transcript with status 2xx: `>>> [-X METHOD] URL …`, status line, body; or `### who PATH`, body. Answers that were cut are left out. */
export function exchanges(transcript: string): Exchange[] {
  const lines = transcript.split('\n');
  return lines.flatMap((line, at) => {
    const [, method = 'GET', url] =
      /^>>> (?:.*?-X (\w+) )?.*?https?:\/\/[^/\s]+(\/\S*)/.exec(line) ?? [];
    if (url && /^HTTP(\/1\.1)? 2/.test(lines[at + 1] ?? ''))
      return exchange(
        method,
        url,
        lines.slice(at + 2).find((next) => !/^[\w-]+: /.test(next)) ?? '',
      );
    const [, path] = /^### \w+ (\/\S*)$/.exec(line) ?? [];
    return path && !/\[[45]\d\d \d+\]$/.test(lines[at + 1] ?? '')
      ? exchange('GET', `/api2/json${path}`, (lines[at + 1] ?? '').replace(/ \[\d+ \d+\]$/, ''))
      : [];
  });
}

function exchange(method: string, url: string, text: string): Exchange[] {
  const { pathname, searchParams } = new URL(url.replaceAll('"', '%22'), 'http://upstream.test');
  const body = parsed(text);
  return body === undefined
    ? []
    : [{ method, path: pathname, query: [...searchParams.keys()], body }];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
