import { readFileSync } from 'node:fs';
import { complaints } from './conformity.ts';
import { type Form, formOf } from './form.ts';
import { type Derived, endpointOf, type Endpoint, type Upstream } from './upstream.ts';

/** The committed facts about one upstream. */
export class Facts {
  readonly derived: Derived;
  readonly #forms = new Map<string, Form | null>();

  constructor({ name }: Upstream) {
    this.derived = JSON.parse(
      readFileSync(new URL(`derived/${name}.json`, import.meta.url), 'utf8'),
    ) as Derived;
    for (const [endpoint, { reply }] of Object.entries(this.derived.endpoints))
      this.#forms.set(endpoint, reply && formOf(reply));
  }

  endpointOf(method: string, path: string): string | undefined {
    return endpointOf(Object.keys(this.derived.endpoints), method, path);
  }

  endpoint(name: string): Endpoint {
    const found = this.derived.endpoints[name];
    if (!found) throw new Error(`no ${name} in what was derived`);
    return found;
  }

  /** Where an answer of an endpoint is not as its upstream answers. */
  complaints(endpoint: string, answer: unknown): string[] {
    const expected = this.#forms.get(endpoint);
    if (expected === undefined) return [`${endpoint}: not described`];
    if (expected === null) return [`${endpoint}: answers no JSON`];
    return complaints(answer, expected).map(
      ({ path, problem }) => `${endpoint}: ${path} ${problem}`,
    );
  }
}
