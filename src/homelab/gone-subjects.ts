import type { Finding } from '../core/health.ts';
import type { Kind } from '../core/inventory.ts';
import type { ConfiguredService, Runtime } from '../core/runtime.ts';
import { inventoryIn, ofKind } from './inventory.ts';
import { activeServices } from './read-tool.ts';
import { withFindings, type ServiceState } from './service-state.ts';

/** Who knows all things of a kind, and which those are. */
interface Census {
  titles: string[];
  ids: ReadonlySet<string>;
}

/**
 * That something is missing for a thing which is gone is no trouble: such a finding becomes information where a service that knows things
 * of its kind has answered in full, and does not know this one. Asks only where there is such a finding.
 */
export async function withGoneSubjects(
  states: readonly ServiceState[],
  runtime: Runtime,
): Promise<readonly ServiceState[]> {
  const missed = states.flatMap(({ findings }) => findings.flatMap(({ misses }) => misses ?? []));
  const kinds = new Set(missed.map(({ kind }) => kind));
  if (kinds.size === 0) return states;
  const silent = new Set(states.filter(isSilent).map(({ service }) => service));
  const asked = activeServices(runtime).filter(({ service }) => !silent.has(service.id));
  const censuses = await censusOf(asked, kinds, runtime);
  return states.map((state) => withoutGone(state, censuses));
}

const isSilent = ({ state }: ServiceState): boolean =>
  state === 'unreachable' || state === 'denied' || state === 'down';

/** One that leaves anything out, or is silent, may leave out the one that matters. */
async function censusOf(
  services: readonly ConfiguredService[],
  kinds: ReadonlySet<Kind>,
  runtime: Runtime,
): Promise<ReadonlyMap<Kind, Census>> {
  const answers = await Promise.all(
    services.map(async (configured) => ({
      title: configured.service.title,
      answer: await inventoryIn(configured, runtime, 'names', runtime.globals.deadlineMs / 2),
    })),
  );
  return new Map(
    [...kinds].flatMap((kind): [Kind, Census][] => {
      const knowing = answers.filter(({ answer }) => ofKind(answer, kind).length > 0);
      const isWhole = knowing.every(({ answer }) => answer.gaps.length === 0);
      if (knowing.length === 0 || !isWhole) return [];
      const ids = knowing.flatMap(({ answer }) => ofKind(answer, kind).map(({ id }) => id));
      return [[kind, { titles: knowing.map(({ title }) => title), ids: new Set(ids) }]];
    }),
  );
}

function withoutGone(state: ServiceState, censuses: ReadonlyMap<Kind, Census>): ServiceState {
  const findings = state.findings.map((finding) => lowered(finding, censuses));
  return findings.every((finding, i) => finding === state.findings[i])
    ? state
    : withFindings(state, findings);
}

function lowered(finding: Finding, censuses: ReadonlyMap<Kind, Census>): Finding {
  const { misses, severity, message } = finding;
  const census = misses && censuses.get(misses.kind);
  if (!census || severity === 'info' || misses.ids.some((id) => census.ids.has(id))) return finding;
  const what = misses.ids.length === 1 ? `no such ${misses.kind}` : `none of these ${misses.kind}s`;
  return {
    ...finding,
    severity: 'info',
    message: `${message}. ${census.titles.join(' and ')} knows ${what}, so nothing is missing unless it should be there`,
  };
}
