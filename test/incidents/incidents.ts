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

/** Each incident in the whole homelab: what finds it, what else says so, and whether the next call leads anywhere. One that only looks like an incident stays quiet. */
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
