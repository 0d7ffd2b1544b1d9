import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { services } from '../../src/services/index.ts';
import { Facts } from './facts.ts';
import { formOf } from './form.ts';
import { meetNulls } from './nulls.ts';
import { schemas } from './schemas.ts';
import { upstreams } from './sources/index.ts';
import type { Upstream } from './upstream.ts';
import { variants } from './variants.ts';
import { type Visit, visitsOf } from './visits.ts';

const serves = ({ of }: Upstream, { old, server }: Visit): boolean =>
  (of.old ?? old) === old && (of.server ?? server) === server;
const told = ({ status, contentType, answer }: Visit): boolean =>
  status >= 200 && status < 300 && contentType.includes('json') && answer !== '';

/** What Lares sent that its upstream does not take, and what the fake answered that it does not say. */
function problemsIn(facts: Facts, visit: Visit): string[] {
  const { method, path, query, body, answer } = visit;
  const name = facts.endpointOf(method, path);
  if (!name) return [`${method} ${path}: not described`];
  const known = facts.endpoint(name);
  const sent = [
    ...query.filter((one) => !known.query.includes(one)).map((one) => `query ${one}`),
    ...body.filter((one) => !known.body?.includes(one)).map((one) => `body ${one}`),
  ].map((what) => `${name}: sends ${what}`);
  return [...sent, ...(told(visit) ? facts.complaints(name, JSON.parse(answer)) : [])];
}

/** Their descriptions say which fields are always there; those of the others mark nothing, or next to nothing, as required. */
const saysWhatIsThere = new Set(['pbs', 'prometheus', 'alertmanager', 'caddy']);

/** What Lares cannot read though its upstream may answer so: null where null may stand, a field that may be missing gone. */
function unread(upstream: Upstream, facts: Facts, visits: readonly Visit[]): string[] {
  return upstream.asked.flatMap((name) => {
    const answers = visits
      .filter((visit) => told(visit) && facts.endpointOf(visit.method, visit.path) === name)
      .map(({ answer }) => answer);
    const [longest] = answers.toSorted((a, b) => b.length - a.length);
    const [schema, { reply }] = [schemas[upstream.name]?.[name], facts.endpoint(name)];
    if (!schema || !reply || longest === undefined) return [];
    const changed = variants(JSON.parse(longest), formOf(reply)).filter(
      ({ change }) => change === 'null' || saysWhatIsThere.has(upstream.name),
    );
    return changed
      .filter(({ answer }) => !schema.safeParse(answer).success)
      .map(({ at, change }) => `${name}: ${at} ${change}`);
  });
}

const known = services
  .map(({ id }) => id)
  .filter((id) => upstreams.some(({ of }) => of.service === id));

describe.each(known)('%s', (id) => {
  test('its fake answers, and Lares asks and reads, what the upstream knows', async () => {
    const visits = await visitsOf(id);
    for (const upstream of upstreams.filter(({ of }) => of.service === id)) {
      const facts = new Facts(upstream);
      const mine = visits.filter((visit) => serves(upstream, visit));
      expect(
        [...new Set(mine.flatMap((visit) => problemsIn(facts, visit)))],
        upstream.name,
      ).toEqual([]);
      const met = new Set(mine.map(({ method, path }) => facts.endpointOf(method, path)));
      expect(
        upstream.asked.filter((endpoint) => !met.has(endpoint)),
        `${upstream.name}: described, and never asked`,
      ).toEqual([]);
      expect(unread(upstream, facts, mine), upstream.name).toEqual([]);
    }
  }, 120_000);
});

// Here, because both look at the same visits, which take long.
meetNulls();

for (const { id } of services)
  if (!known.includes(id))
    console.warn(
      `SKIPPED: nothing holds the fake of ${id} to its upstream; describe that in test/upstream/sources.`,
    );

test('what was derived is of the upstreams, all of them, and of the endpoints Lares asks', () => {
  expect(readdirSync(new URL('derived/', import.meta.url)).sort()).toEqual(
    upstreams.map(({ name }) => `${name}.json`).sort(),
  );
  for (const upstream of upstreams)
    expect(Object.keys(new Facts(upstream).derived.endpoints)).toEqual(upstream.asked);
});
