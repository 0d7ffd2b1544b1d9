import { table } from '../../../core/base/table.ts';
import type { SiteRow } from './site-row.ts';

const columns = ['host', 'port', 'tls', 'when', 'does', 'upstreams', 'drift', 'on'] as const;
type Line = Record<(typeof columns)[number], string>;
type UpstreamRow = NonNullable<SiteRow['rules'][number]['upstreams']>[number];

/** A line a rule. Columns that would be empty throughout are left out, and where a site is, when all agree. */
export function siteTable(sites: readonly SiteRow[]): string {
  const lines = sites.flatMap(linesOf);
  const drifting = lines.some(({ drift }) => drift !== '');
  const filled = columns.filter((column) => lines.some((line) => line[column] !== ''));
  const shown = filled.filter((column) => column !== 'on' || drifting);
  return table(
    lines,
    Object.fromEntries(shown.map((column) => [column, (line: Line) => line[column]])),
  );
}

/** What is said of the site as a whole stands on its first line. */
function linesOf({ host, ports, tls, on, drift, rules }: SiteRow): Line[] {
  const site = {
    host,
    port: ports.join(' '),
    tls: tls ?? 'no',
    on: on.join(' '),
    drift: drift ?? '',
  };
  const nothing = { host: '', port: '', tls: '', on: '', drift: '' };
  return rules.map(({ when = '', does, upstreams = [] }, i) => ({
    ...(i === 0 ? site : nothing),
    when,
    does,
    upstreams: upstreams
      .map((row) => `${upstreams.length > 1 ? `${row.address} ` : ''}${healthText(row)}`)
      .join(', '),
  }));
}

function healthText({ health, detail }: UpstreamRow): string {
  if (health === 'up' || health === 'unchecked') return health;
  return `${health.toUpperCase()}${detail ? ` (${detail})` : ''}`;
}
