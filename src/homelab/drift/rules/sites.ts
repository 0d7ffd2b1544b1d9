import type { Difference } from '../drift-row.ts';
import { textOf } from '../evidence.ts';
import { byTitle } from '../order.ts';
import type { Rule } from '../rule.ts';

export const upstreamOfNobody: Rule = {
  rule: 'upstream-of-nobody',
  kind: 'sites',
  needs: ['site', 'upstream', 'guest', 'node', 'address'],
  heeds: ['device', 'name', 'target'],
  rows: (evidence) =>
    evidence.map.ofKind('upstream').flatMap((upstream): Difference[] => {
      const sites = evidence.map
        .above(upstream.ref)
        .flatMap((ref) => evidence.of(ref) ?? [])
        .filter(({ ref }) => ref.startsWith('site/'));
      const isUsed = sites.length > 0;
      // Without documents only what does not answer either is nobody's.
      const isDoubtful = evidence.describes('device') || upstream.state === 'down';
      const vacant = upstream.links
        .filter(({ how }) => how === 'reached at')
        .flatMap(({ to }) => evidence.vacantBehind(to) ?? []);
      if (!isUsed || !isDoubtful || upstream.state === 'up' || vacant.length === 0) return [];
      const [first] = byTitle(sites);
      const others = sites.length > 1 ? ` and ${sites.length - 1} more` : '';
      return [
        {
          subject: first?.title ?? upstream.title,
          about: upstream.ref,
          statements: [
            {
              by: evidence.titleOf('upstream'),
              says: `${first?.title ?? ''}${others} goes to ${upstream.title}`,
            },
            {
              by: evidence.titleOfMissing(vacant, 'guest', 'device'),
              says: `nobody has ${textOf(vacant)}`,
            },
          ],
          sure: evidence.sureOfNobody(),
          next: upstream.more,
        },
      ];
    }),
};
