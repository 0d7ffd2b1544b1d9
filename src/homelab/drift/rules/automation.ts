import { idOf, kindOf, type Ref } from '../../../core/map.ts';
import type { MappedThing } from '../../map/map.ts';
import type { Difference } from '../drift-row.ts';
import { domainOf, hostOf, textOf, type Evidence } from '../evidence.ts';
import { byTitle } from '../order.ts';
import type { Rule } from '../rule.ts';

/** Hosts that jobs go to and that are nobody. */
export const jobOnNobody: Rule = {
  rule: 'job-on-nobody',
  kind: 'automation',
  needs: ['job', 'guest', 'node', 'address', 'name'],
  heeds: ['device', 'target', 'upstream'],
  rows(evidence) {
    const jobsByPlace = new Map<Ref, MappedThing[]>();
    for (const job of evidence.map.ofKind('job'))
      for (const { how, to } of job.links) {
        if (job.idle || how !== 'acts on' || !['address', 'name'].includes(kindOf(to))) continue;
        const known = jobsByPlace.get(to);
        if (known) known.push(job);
        else jobsByPlace.set(to, [job]);
      }
    return [...jobsByPlace].flatMap(([place, jobs]): Difference[] => {
      const reason = whyNobody(place, evidence);
      const [first, ...others] = byTitle(jobs);
      if (reason === undefined || first === undefined) return [];
      return [
        {
          subject: idOf(place),
          about: place,
          statements: [
            {
              by: evidence.titleOf('job'),
              says: `${first.title}${others.length > 0 ? ` and ${others.length} more` : ''} would go there`,
            },
            {
              by: evidence.titleOfMissing(
                evidence.vacantBehind(place) ?? [],
                'guest',
                'name',
                'device',
              ),
              says: reason,
            },
          ],
          sure: evidence.sureOfNobody(),
          next: first.more,
        },
      ];
    });
  },
};

/** Undefined where it may be somebody. */
function whyNobody(place: Ref, evidence: Evidence): string | undefined {
  const vacant = evidence.vacantBehind(place);
  if (vacant) return `nobody has ${textOf(vacant)}`;
  const name = evidence.of(place);
  if (kindOf(place) !== 'name' || !name || name.links.length > 0) return undefined;
  // Without documents a name that has no record may be any box of the house.
  if (!evidence.describes('device') || !isServedHere(name.title, evidence)) return undefined;
  return isCalled(name, evidence) ? undefined : 'nothing is called so';
}

/** A name of a domain that has records here. A bare name is completed by whoever asks: with which domain, nobody tells. */
const isServedHere = (name: string, evidence: Evidence): boolean =>
  domainOf(name) === '' ||
  evidence.map
    .ofKind('name')
    .some(
      (other) =>
        other.title !== name &&
        domainOf(other.title) === domainOf(name) &&
        evidence.resolved(other).length > 0,
    );

const isCalled = (name: MappedThing, evidence: Evidence): boolean => {
  const host = hostOf(name.title);
  return (
    evidence.machinesCalled(host).length + evidence.devicesCalled(host).length > 0 ||
    evidence.map
      .ofKind('name')
      .some((other) => other.ref !== name.ref && hostOf(other.title) === host) ||
    evidence.map.ofKind('site').some(({ title }) => hostOf(title) === host)
  );
};
