import { lines, table } from '../core/base/table.ts';
import { count } from '../core/base/units.ts';
import { soText } from './health-lines.ts';
import type { IncidentRow } from './incidents/incident-row.ts';
import type { ServiceRow } from './service-row.ts';

/** Why a service said nothing, and the way out, whole: it is what the operator needs now. Where something else is why, that is told instead. */
export const problemsText = (
  services: readonly ServiceRow[],
  incidents: readonly IncidentRow[],
): string => {
  const following = new Set(
    incidents.flatMap(({ cause, findings }) => findings.filter((id) => id !== cause)),
  );
  return services
    .flatMap(({ service, title, state, problem, expected }) => {
      const id = `${service}.${state}`;
      if (problem === undefined || following.has(id)) return [];
      const what = `${state.replace('_', ' ').toUpperCase()}${expected ? ' (expected)' : ''}`;
      const incident = incidents.find(({ cause }) => cause === id);
      return [`${what} ${title}: ${problem}`, ...(incident ? [soText([incident])] : [])];
    })
    .join('\n');
};

/** One line for each service that is configured. */
export const servicesText = (services: readonly ServiceRow[]): string => {
  const off = services.filter(({ state }) => state === 'not_configured').map(({ title }) => title);
  return lines(
    table(
      services.filter(({ state }) => state !== 'not_configured'),
      {
        service: ({ title }) => title,
        state: ({ state, expected }) =>
          `${state.replace('_', ' ')}${expected ? ' (expected)' : ''}`,
        version: ({ version }) => version,
        ms: ({ latencyMs }) => latencyMs,
        facts: ({ facts }) =>
          Object.entries(facts ?? {})
            .map(([key, value]) => `${key} ${typeof value === 'number' ? count(value) : value}`)
            .join(', '),
      },
      400,
    ),
    off.length > 0 && `Not configured: ${off.join(', ')}.`,
  );
};

/** How many findings were left out, and the call that tells them. */
export const omittedText = (services: readonly ServiceRow[]): string =>
  lines(
    ...services
      .filter(({ findings, findingsTotal }) => (findingsTotal ?? 0) > findings.length)
      .map(
        ({ service, title, findings, findingsTotal = 0 }) =>
          `${findingsTotal - findings.length} more findings of ${title} not shown: service_health {"service":"${service}"}`,
      ),
  );
