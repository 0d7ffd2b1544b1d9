import type { Gap } from '../../../src/core/gap.ts';
import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../../src/core/runtime.ts';
import type { Fault } from '../../../src/demo/loopback.ts';
import { lab, type Lab } from '../../harness.ts';
import { prefix } from '../examples.ts';

/** Everything an upstream can do wrong but be silent, and the states it may end in. No answer here waits for a clock. */
const loud: Readonly<Record<string, { fault: Fault; states: readonly string[] }>> = {
  refused: { fault: 'refuse', states: ['unreachable'] },
  reset: { fault: 'reset', states: ['unreachable'] },
  truncated: { fault: 'truncate', states: ['unreachable', 'down'] },
  huge: { fault: 'huge', states: ['unreachable', 'down'] },
  garbage: { fault: 'garbage', states: ['down', 'unreachable'] },
  'another shape': { fault: 'wrong-shape', states: ['down'] },
  401: { fault: { status: 401 }, states: ['denied'] },
  403: { fault: { status: 403 }, states: ['denied'] },
  // Where no endpoint at all is known, the address may be that of something else.
  404: { fault: { status: 404 }, states: ['down', 'denied', 'unreachable'] },
  429: { fault: { status: 429 }, states: ['down'] },
  500: { fault: { status: 500 }, states: ['down'] },
};
const silent: Readonly<Record<string, Fault>> = { hang: 'hang', 'slow drip': 'drip' };
const later = [1, 2, 3];

/** Short only where silence is what is tried. It bounds one request, not the check-up, so that a busy machine cannot be taken for silence. */
const impatient = (id: string): Record<string, string> => ({ [`${prefix(id)}TIMEOUT_MS`]: '1000' });

/** Every service of a list against everything an upstream can do wrong: on the first request, and on a later one. */
export function meetFaults(ids: readonly string[]): void {
  describe.each(ids)('%s', (id) => {
    it.each(Object.entries(loud))(
      '%s on every request: no answer, the right word for it, and a way out',
      async (_, { fault, states }) => {
        expectFailure(await broken(id, fault), states);
      },
    );

    it.each(
      Object.entries(loud).flatMap(([name, { fault }]) =>
        later.map((after) => [name, after, fault] as const),
      ),
    )(
      '%s after %i good answers: the rest is told, and the gap is named',
      async (_, after, fault) => {
        expectGap(await broken(id, fault, { after }), after);
      },
    );

    // The waiting is the whole cost of silence: all cells of a service wait at the same time.
    it.each(Object.entries(silent))(
      '%s on every request, and after 1, 2 and 3 good answers: told, and the gap is named',
      async (_, fault) => {
        const env = impatient(id);
        const [always, ...afterwards] = await Promise.all([
          broken(id, fault, { env }),
          ...later.map((after) => broken(id, fault, { after, env })),
        ]);
        expectFailure(always, ['unreachable']);
        for (const [i, answer] of afterwards.entries()) expectGap(answer, later[i] ?? 0);
      },
    );
  });
}

/** What service_health says of a service whose every server has the fault. `asked`: the most requests one of them got. */
interface Broken {
  // oxlint-disable-next-line no-explicit-any -- the answer of a tool, as a client sees it
  data: any;
  text: string;
  asked: number;
}

async function broken(
  id: string,
  fault: Fault,
  { after, env = {} }: { after?: number; env?: Record<string, string> } = {},
): Promise<Broken> {
  const { call, fake, house }: Lab = await lab({ only: [id], env });
  if (fault === 'huge') lowerBound(house);
  const { servers } = fake(id);
  for (const server of servers) server.inject(fault, after === undefined ? undefined : { after });
  const { data, text } = await call('service_health', { service: id });
  return { data, text, asked: Math.max(...servers.map(({ requests }) => requests.length)) };
}

/** How large an answer may be is tried elsewhere; here every request of a check-up would bring that much. */
function lowerBound({ services }: Runtime): void {
  for (const { instances } of services)
    for (const { target } of instances.values()) target.limits.maxBytes = 2 * 2 ** 20;
}

function expectFailure({ data, text }: Broken, states: readonly string[]): void {
  const [state] = data.services;
  expect(states, text).toContain(state.state);
  // What answers, and refuses all that the verdict is made of, says so in its gaps.
  const why: string = state.problem ?? state.gaps.map((gap: Gap) => gap.why).join('; ');
  expect(why.length, text).toBeGreaterThan(20);
  // Redaction takes what stands after `token:` for a secret; our own hints must not look like one.
  expect(why).not.toContain('[redacted]');
  expect([data.overall === 'ok', /^All clear|^Nothing is broken/.test(text)]).toEqual([
    false,
    false,
  ]);
}

function expectGap({ data, text, asked }: Broken, after: number): void {
  const [state] = data.services;
  if (asked <= after) return expect(state.state, text).toBe('ok');
  const clean = state.state === 'ok' && !state.gaps?.length && state.findings.length === 0;
  expect([clean, /^All clear/.test(text)], text).toEqual([false, false]);
}
