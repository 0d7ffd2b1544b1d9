import { encode } from 'gpt-tokenizer';
import { describe, expect, it } from 'vitest';
import { incidents } from '../../src/demo/incidents/index.ts';
import { createWorld } from '../../src/demo/world/index.ts';
import { lab } from '../harness.ts';

interface Finding {
  id: string;
  severity: string;
  next?: { tool: string; arguments: Record<string, unknown> };
}

/** Incidents whose next call meets the error itself, in the words of the service. */
const answeredByTheError: Readonly<Record<string, RegExp>> = {
  'rule-broken': /many-to-many|multiple matches|duplicate series|execution/,
};

/** What happens here has one cause in the world, and more than one that Lares can see: why it stays apart. */
export const seenAsSeveral: Readonly<Record<string, { incidents: number; why: string }>> = {
  'quorum-lost': {
    incidents: 3,
    why: 'two nodes are lost, each a fault of its own; that the cluster cannot act is what both do together',
  },
  'datastore-lost': {
    incidents: 2,
    why: 'which server a storage leads to stands in a list that the check-up does not ask for',
  },
};
/** What one cause may cost who asks. */
const maxTokens = 700;

/** A machine that is busy with other tests answers in parts. */
const withoutGaps = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('NOT CHECKED'))
    .join('\n');

/** Each incident in the whole homelab: that it is told as one, what finds it, what else says so, and whether the next call leads anywhere. One that only looks like an incident stays quiet. */
export function meetIncidents(names: readonly string[]): void {
  describe('incident', () => {
    it.each(names)('%s', async (name) => {
      const world = createWorld();
      const { call } = await lab({ world });
      const incident = Object.entries(incidents).find(([known]) => known === name)?.[1];
      incident?.apply(world);
      const { data, text } = await call('service_health');
      const findings: Finding[] = data.services.flatMap(
        (service: { findings: Finding[] }) => service.findings,
      );
      const expected = incident?.expect;
      if (expected === undefined)
        return expect(
          findings.filter(({ severity }) => severity !== 'info'),
          text,
        ).toEqual([]);
      const causes = findings.filter(({ id }) => id.startsWith(expected));
      const [cause] = causes;
      expect(
        cause,
        `${expected} not among ${findings.map(({ id }) => id).join(', ')}`,
      ).toBeDefined();
      const harmless = causes.every(({ severity }) => severity === 'info');
      expect(data.overall).toBe(harmless ? 'ok' : 'broken');
      const apart = seenAsSeveral[name];
      const troubles = data.incidents.filter(
        ({ severity }: { severity: string }) => severity !== 'info',
      );
      expect(troubles, text).toHaveLength(harmless ? 0 : (apart?.incidents ?? 1));
      if (!apart) expect(encode(withoutGaps(text)).length, text).toBeLessThanOrEqual(maxTokens);
      if (!cause?.next) return;
      const deeper = await call(cause.next.tool, cause.next.arguments);
      const words = answeredByTheError[name];
      expect([deeper.isError, deeper.text], `${cause.id} leads to ${cause.next.tool}`).toEqual([
        words !== undefined,
        expect.stringMatching(words ?? /\S[\s\S]{19}/),
      ]);
    });
  });
}
