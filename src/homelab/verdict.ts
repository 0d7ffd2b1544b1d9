import { withOwnCommands } from '../core/base/own-command.ts';
import type { ReportedGap, Severity } from '../core/health.ts';
import { plural } from '../core/base/units.ts';
import { isMissed, type ServiceState, type State } from './service-state.ts';

/** `ok`: looked, and nothing is broken. `broken`: something is. `unknown`: nothing broken was found, but not everything that was meant to be looked at answered. */
export type Overall = 'ok' | 'broken' | 'unknown';

/** What is said of the whole homelab. */
export interface Verdict {
  overall: Overall;
  /** The one line a person reads aloud. */
  line: string;
}

const silentStates: readonly State[] = ['unreachable', 'denied', 'not_checked', 'invalid_config'];

/**
 * The main judgment of the product, over the services that are configured. Its rules, in order:
 *
 * 1. Nothing is configured: `unknown`. What was not looked at is never called well.
 * 2. An incident that is critical or a warning, or a service that is down: `broken`, whatever else is not known.
 * 3. `unknown` where something that was meant to be looked at was not: a service that is unreachable, denied or
 *    configured wrongly; a gap that is not merely a missing privilege; a write whose outcome nobody knows; or not one service
 *    that answers. A service that was permitted nothing of what the verdict needs is denied, whatever else it may read.
 * 4. Else `ok`. A privilege that the operator chose not to give (a gap that is `denied`), what the verdict does not need (one
 *    that is `extra`) and a part-time service that is away do not make it unknown, but the line is then not "All clear": it
 *    says what the verdict is about.
 *
 * Incidents of severity `info` never change it. What is muted is in none of them, nor what only follows from it; how much that is is said.
 * An incident is one cause with what it took along: it counts once, as severe as the worst in it.
 * `unknownWrites` is how many writes of the last day have an unknown outcome.
 */
export function verdictOf(
  services: readonly ServiceState[],
  incidents: readonly { severity: Severity }[],
  unknownWrites = 0,
): Verdict {
  const configured = services.filter(({ state }) => state !== 'not_configured');
  if (configured.length === 0)
    return {
      overall: 'unknown',
      line: withOwnCommands(
        'Nothing is configured, so nothing was checked. `lares init` adds services one after the other; `lares demo` shows a simulated homelab.',
      ),
    };
  const census = censusOf(configured, incidents, unknownWrites);
  const overall = overallOf(census);
  return { overall, line: `${openingOf(overall, census)} ${detailsOf(census).join('; ')}.` };
}

interface Census {
  configured: readonly ServiceState[];
  down: readonly ServiceState[];
  /** Part-time, and away as that may be. */
  away: readonly ServiceState[];
  /** Said nothing, though it should have. */
  silent: readonly ServiceState[];
  answering: number;
  /** By severity, which is that of the worst finding in each. */
  incidents: Readonly<Record<Severity, number>>;
  gaps: readonly ReportedGap[];
  /** A bound ended the look somewhere. */
  bounded: boolean;
  unknownWrites: number;
  muted: number;
  /** Silent only because they follow from what is muted. */
  following: number;
}

function censusOf(
  configured: readonly ServiceState[],
  incidents: readonly { severity: Severity }[],
  unknownWrites: number,
): Census {
  const down = configured.filter(({ state }) => state === 'down');
  const away = configured.filter(({ expected }) => expected);
  const silent = configured.filter(
    ({ state, expected }) => silentStates.includes(state) && !expected,
  );
  const counted = { critical: 0, warning: 0, info: 0 };
  for (const { severity } of incidents) counted[severity]++;
  const sum = (count: (service: ServiceState) => number): number =>
    configured.reduce((total, service) => total + count(service), 0);
  return {
    configured,
    down,
    away,
    silent,
    answering: configured.length - away.length - silent.length - down.length,
    incidents: counted,
    gaps: configured.flatMap(({ gaps }) => gaps),
    bounded: configured.some(({ bounded }) => bounded),
    unknownWrites,
    muted: sum(({ muted }) => muted),
    following: sum(({ following = 0 }) => following),
  };
}

function overallOf({ incidents, down, silent, answering, gaps, unknownWrites }: Census): Overall {
  if (incidents.critical + incidents.warning + down.length > 0) return 'broken';
  if (silent.length > 0 || answering === 0 || unknownWrites > 0) return 'unknown';
  return gaps.some(isMissed) ? 'unknown' : 'ok';
}

function openingOf(
  overall: Overall,
  { incidents, answering, away, gaps, bounded }: Census,
): string {
  const { critical, warning, info } = incidents;
  const atLeast = bounded ? 'at least ' : '';
  const counts = [
    critical > 0 && `${atLeast}${critical} critical`,
    warning > 0 && plural(warning, 'warning'),
    info > 0 && `${info} info`,
  ]
    .filter(Boolean)
    .join(', ');
  const counted = counts && ` (${counts})`;
  if (overall === 'broken') return `Something is broken${counts && `: ${counts}`}.`;
  if (overall === 'unknown')
    return answering === 0 && counts === ''
      ? 'Nothing could be checked.'
      : `Nothing broken was found${counted}, but not everything could be checked.`;
  if (away.length > 0) return `Nothing is broken in what is switched on${counted}.`;
  if (gaps.some(({ denied }) => denied))
    return `Nothing is broken in what the credentials may see${counted}.`;
  if (gaps.length > 0) return `Nothing is broken in what was looked at${counted}.`;
  return `All clear${counted}.`;
}

function detailsOf(census: Census): string[] {
  const { configured, answering, down, silent, away, gaps, unknownWrites, muted, following } =
    census;
  const verb = answering === 1 || configured.length === 1 ? 'answers' : 'answer';
  return [
    `${answering} of ${plural(configured.length, 'service')} ${verb}`,
    ...configured.flatMap(({ headline }) => headline ?? []),
    ...[...down, ...silent].map(({ title, state }) => `${title} ${state.replace('_', ' ')}`),
    ...away.map(({ title }) => `${title} unreachable, as expected (part-time)`),
    gaps.length > 0 && `${plural(gaps.length, 'check')} could not be made`,
    unknownWrites > 0 && `${plural(unknownWrites, 'write')} with unknown outcome`,
    muted > 0 &&
      `${muted} muted${following > 0 ? `, and ${following} that only ${following === 1 ? 'follows' : 'follow'} from ${muted === 1 ? 'it' : 'them'}` : ''}`,
  ].filter((detail) => typeof detail === 'string');
}
