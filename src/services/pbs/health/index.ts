import { ago, day, percent, plural } from '../../../core/base/units.ts';
import type { Check, Finding } from '../../../core/health.ts';
import { instanceLabel } from '../../../core/instances.ts';
import { health as defineHealth, type Pbs } from '../client.ts';
import { jobsOf, storesOf, type Store } from '../datastores.ts';
import { listGroups } from '../group-listing.ts';
import { reportHidden, seesAllTasks } from '../rights.ts';
import { backupFindings } from './backups.ts';
import type { Checkup } from './checkup.ts';
import { storeFindings } from './datastores.ts';
import { jobFindings } from './jobs.ts';
import { verificationFindings } from './verification.ts';

/** Failed runs of weekly jobs are within reach. */
const lookBackMs = 8 * day;

/** Every server at once; one that does not answer is told by the core. */
export const health = defineHealth(async (servers, check) => {
  const labelOf = instanceLabel(servers);
  const answers = await servers.all(async (server, instance) => {
    const label = labelOf(instance);
    const labelled: Check = (what, ask) =>
      check(label === undefined ? what : `${label}: ${what}`, ask);
    return examineServer(server, labelled, label);
  });
  const reports = answers.map(({ value }) => value);
  const checkups = reports.map(({ checkup }) => checkup);
  const backups = backupsText(checkups, servers.now());
  let unread = 0;
  for (const { listing } of checkups) unread += listing.unread;
  return {
    version: [...new Set(reports.map(({ version }) => version))].join(', '),
    headline: backups === undefined ? 'no backups can be seen' : `backups of ${backups}`,
    facts: {
      datastores: checkups.flatMap(storeTexts).join('; ') || 'none seen',
      backups: backups ?? 'none can be seen',
      ...(unread > 0 && {
        'not read one by one': `${plural(unread, 'guest')} (more backups than PBS_LIST_SNAPSHOTS): their verification is told by jobs only`,
      }),
    },
    findings: reports.flatMap(({ findings }) => findings),
  };
});

/** `12 guests, newest 7 h ago`; undefined where no namespace could be read. */
function backupsText(checkups: readonly Checkup[], now: number): string | undefined {
  if (checkups.every(({ listing }) => listing.namespaces.length === 0)) return undefined;
  const groups = checkups.flatMap(({ listing }) => listing.groups);
  const newest = Math.max(0, ...groups.flatMap(({ lastAt }) => lastAt ?? []));
  const age = newest > 0 ? `newest ${ago(newest, now)}` : 'none finished';
  return `${plural(groups.length, 'guest')}, ${age}`;
}

const storeTexts = ({ stores, label }: Checkup): string[] =>
  stores.map((store) => {
    const name = label === undefined ? store.name : `${label}:${store.name}`;
    return `${name} ${stateText(store)}`;
  });

function stateText({ usedShare, availability, backend }: Store): string {
  if (availability === 'unmounted') return 'not mounted';
  if (availability !== 'available' && availability !== 'read-only') return availability;
  if (usedShare === undefined) return 'size not told';
  return `${percent(usedShare)}${backend === 's3' ? ' of its cache' : ''}`;
}

/** What one server tells. */
interface ServerReport {
  version: string;
  checkup: Checkup;
  findings: Finding[];
}

async function examineServer(
  server: Pbs,
  check: Check,
  label: string | undefined,
): Promise<ServerReport> {
  // Alone: of a server that is away there are no parts to be missed.
  const version = await server.version();
  const [datastores, permissions] = await Promise.all([
    server.datastores(),
    check('what the token may see', () => server.permissions()),
  ]);
  const [usage, jobs, tasks] = await Promise.all([
    check('usage of datastores', () => server.usage()),
    jobsOf(server, check),
    seesAllTasks(permissions)
      ? check('tasks', () => server.tasks(server.now() - lookBackMs, true))
      : undefined,
    reportHidden(check, permissions, server.settings.tokenId),
  ]);
  const stores = storesOf(datastores, usage, jobs, server.now());
  const listing = await listGroups(server, check, stores, tasks);
  const checkup: Checkup = { server, check, stores, jobs, tasks, listing, label };
  return {
    version,
    checkup,
    findings: [
      ...storeFindings(checkup),
      ...jobFindings(checkup),
      ...backupFindings(checkup),
      ...verificationFindings(checkup),
    ],
  };
}
