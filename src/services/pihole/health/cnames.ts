import type { From } from '../../../core/fleet.ts';
import type { Finding } from '../../../core/health.ts';
import type { Checkup } from './checkup.ts';
import { nameRef, severalRefs } from '../refs.ts';
import { finding } from './finding.ts';

/** As many names are named, the others are counted. */
const namedAliases = 3;

/** CNAMEs that are answered without an address, one finding for each name that is missing at their end. */
export function cnameFindings(checkups: readonly From<Checkup>[]): Finding[] {
  const dangling = checkups.flatMap(({ instance, value }) =>
    value.dangling.map((cname) => ({ instance, ...cname })),
  );
  const asked = checkups.filter(({ value }) => value.dns !== undefined).length;
  const ends = [...new Set(dangling.map(({ end }) => end))].sort();
  return ends.map((end) => {
    const group = dangling.filter((cname) => cname.end === end);
    const names = [...new Set(group.map(({ name }) => name))].sort();
    const instances = [...new Set(group.map(({ instance }) => instance))].sort();
    const [first] = group;
    const verb = names.length === 1 ? 'leads' : 'lead';
    const reason = first?.isCircle
      ? `${verb} in a circle`
      : `${verb} to ${end}, which is no local record`;
    return finding('cname-dangling', end, {
      severity: 'warning',
      about: severalRefs(names.map(nameRef)),
      effect: instances.length === asked ? 'stops' : 'degrades',
      message: `${few(names)} ${reason}: answered without an address on ${instances.join(' and ')}`,
      next: { tool: 'dns_lookup', arguments: { domain: names[0] ?? end } },
    });
  });
}

const few = (names: readonly string[]): string =>
  names.slice(0, namedAliases).join(', ') +
  (names.length > namedAliases ? ` and ${names.length - namedAliases} more` : '');
