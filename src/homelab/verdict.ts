import type { Severity } from '../core/health.ts';
import { plural } from '../core/base/units.ts';
import type { ServiceState, State } from './service-state.ts';

/** `ok`: looked, and nothing is broken. `broken`: something is. `unknown`: nothing broken was found, but not everything that was meant to be looked at answered. */
export type Overall = 'ok' | 'broken' | 'unknown';

export interface Verdict {
  overall: Overall;
  /** The one line a person reads aloud. */
  line: string;
}

const silentStates: readonly State[] = ['unreachable', 'denied', 'invalid_config'];

export function verdictOf(services: readonly ServiceState[], unknownWrites = 0): Verdict {
  const configured = services.filter(({ state }) => state !== 'not_configured');
  if (configured.length === 0)
    return {
      overall: 'unknown',
      line: 'Nothing is configured, so nothing was checked. Set the variables of at least one service (`lares doctor` lists them), or try `lares demo`.',
    };
  const count = (severity: Severity): number =>
    configured
      .flatMap(({ findings }) => findings)
      .filter((finding) => finding.severity === severity).length;
  const down = configured.filter(({ state }) => state === 'down');
  const away = configured.filter(({ expected }) => expected);
  const silent = configured.filter(
    ({ state, expected }) => silentStates.includes(state) && !expected,
  );
  const answering = configured.length - away.length - silent.length - down.length;
  const broken = count('critical') + count('warning') + down.length > 0;
  const gaps = configured.flatMap((service) => service.gaps);
  const blind =
    unknownWrites > 0 ||
    silent.length > 0 ||
    answering === 0 ||
    gaps.some(({ why }) => !isDenied(why));
  const overall = broken ? 'broken' : blind ? 'unknown' : 'ok';
  const counts = [
    count('critical') && `${count('critical')} critical`,
    count('warning') && plural(count('warning'), 'warning'),
    count('info') && `${count('info')} info`,
  ]
    .filter(Boolean)
    .join(', ');
  const opening = {
    broken: `Something is broken${counts ? `: ${counts}` : ''}.`,
    unknown:
      answering === 0 && counts === ''
        ? 'Nothing could be checked.'
        : `Nothing broken was found${counts ? ` (${counts})` : ''}, but not everything could be checked.`,
    ok:
      away.length > 0
        ? `Nothing is broken in what is switched on${counts ? ` (${counts})` : ''}.`
        : gaps.length === 0
          ? `All clear${counts ? ` (${counts})` : ''}.`
          : `Nothing is broken in what the credentials may see${counts ? ` (${counts})` : ''}.`,
  }[overall];
  const details = [
    `${answering} of ${plural(configured.length, 'service')} ${answering === 1 || configured.length === 1 ? 'answers' : 'answer'}`,
    ...configured.flatMap(({ headline }) => headline ?? []),
    ...[...down, ...silent].map(({ title, state }) => `${title} ${state.replace('_', ' ')}`),
    ...away.map(({ title }) => `${title} unreachable, as expected (part-time)`),
    gaps.length > 0 && `${plural(gaps.length, 'check')} could not be made`,
    unknownWrites > 0 && `${plural(unknownWrites, 'write')} with unknown outcome`,
    muted(configured) > 0 && `${muted(configured)} muted`,
  ].filter(Boolean);
  return { overall, line: `${opening} ${details.join('; ')}.` };
}

const muted = (services: readonly ServiceState[]): number =>
  services.reduce((sum, service) => sum + service.muted, 0);

/** A privilege the operator chose not to give is a known gap; silence is not. */
const isDenied = (why: string): boolean => /: 40[13]\b/.test(why);
