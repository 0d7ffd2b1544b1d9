import type { From } from '../../../core/fleet.ts';
import type { Finding } from '../../../core/health.ts';
import { duration, iso, second } from '../../../core/base/units.ts';
import { hasJustStarted, type Checkup } from './checkup.ts';
import { instanceRef } from '../refs.ts';
import { finding } from './finding.ts';

/** What is worth knowing of the FTL processes themselves. `now` is in ms. */
export const processFindings = (checkups: readonly From<Checkup>[], now: number): Finding[] => [
  ...checkups.flatMap((checkup) => startFindings(checkup, now)),
  ...sameMachineFindings(checkups),
];

/** A restart makes a resolver silent for seconds: whoever sees traces of it should know. */
function startFindings({ instance, value }: From<Checkup>, now: number): Finding[] {
  if (value.ftl === undefined || !hasJustStarted(value)) return [];
  return [
    finding('just-started', instance, {
      severity: 'info',
      about: [instanceRef(instance)],
      effect: 'note',
      since: iso(now - value.ftl.uptimeMs),
      message: `${instance} was started ${duration(value.ftl.uptimeMs / second)} ago`,
    }),
  ];
}

/** Instances that are one machine: a pair that is none, whatever its numbers say. */
function sameMachineFindings(checkups: readonly From<Checkup>[]): Finding[] {
  const names = checkups
    .filter((checkup) =>
      checkups.some((other) => other !== checkup && isSameMachine(checkup.value, other.value)),
    )
    .map(({ instance }) => instance);
  if (names.length === 0) return [];
  return [
    finding('same-machine', names.join('+'), {
      severity: 'warning',
      about: names.map(instanceRef),
      effect: 'risk',
      subject: names.join(' and '),
      message: `${names.join(' and ')} are one Pi-hole: the same process answers for ${names.length === 2 ? 'both' : 'all of them'}, so none stands in for the other. Check the URL of each`,
    }),
  ];
}

/** Processes of two machines may have one number, and may start at the same time after an outage; they do not count the same questions as well. */
function isSameMachine(a: Checkup, b: Checkup): boolean {
  if (isSameResolver(a, b)) return true;
  const queries = a.summary?.queries;
  return (
    a.ftl?.pid !== undefined &&
    a.ftl.pid === b.ftl?.pid &&
    Math.abs(a.ftl.uptimeMs - b.ftl.uptimeMs) < second &&
    queries !== undefined &&
    queries > 0 &&
    queries === b.summary?.queries
  );
}

const isSameResolver = ({ settings: a }: Checkup, { settings: b }: Checkup): boolean =>
  a.resolver.host === b.resolver.host && a.resolver.port === b.resolver.port;
