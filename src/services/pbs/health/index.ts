import { ago, day, percent, plural } from '../../../core/base/units.ts';
import type { Check, Finding } from '../../../core/health.ts';
import type { Thing } from '../../../core/map.ts';
import { instanceLabel } from '../../../core/instances.ts';
import { health as defineHealth, type Pbs } from '../client.ts';
import { jobsOf, storesOf, type Store } from '../datastores.ts';
import { listGroups } from '../group-listing.ts';
import type { BackupGroup } from '../group-state.ts';
import { hasPrivilege, reportHidden, seesAllTasks } from '../rights.ts';
import { thingsOf } from '../things.ts';
import { readUsage } from '../usage.ts';
import { backupFindings } from './backups.ts';
import type { Checkup } from './checkup.ts';
import { isSeenEmptied, storeFindings } from './datastores.ts';
import { jobFindings } from './jobs.ts';
import { verificationFindings } from './verification.ts';

/** Failed runs of weekly jobs are within reach. */
const lookBackMs = 8 * day;

/** Every server at once; one that does not answer is told by the core. */
export const health = defineHealth(async (servers, check) => {
  const labelOf = instanceLabel(servers);
  const answers = await servers.all(async (server, instance) => {
    const label = labelOf(instance);
    const labelled: Check = (what, ask, options) =>
      check(label === undefined ? what : `${label}: ${what}`, ask, options);
    return examineServer(server, labelled, label);
  });
  const reports = answers.map(({ value }) => value);
  const checkups = reports.map(({ checkup }) => checkup);
  const backups = backupsText(checkups, servers.now());
  const versions = new Set(reports.flatMap(({ version }) => version ?? []));
  let unread = 0;
  for (const { listing } of checkups) unread += listing.unread;
  return {
    version: [...versions].join(', ') || undefined,
    headline: backups.headline,
    facts: {
      datastores: checkups.flatMap(storeTexts).join('; ') || 'none seen',
      backups: backups.fact,
      ...(unread > 0 && {
        'not read one by one': `${plural(unread, 'group')} (more backups than PBS_LIST_SNAPSHOTS): their verification is told by jobs only`,
      }),
    },
    findings: reports.flatMap(({ findings }) => findings),
    things: reports.flatMap(({ things }) => things),
    blind: checkups.length > 0 && checkups.every(isBlind),
  };
});

/** The token is shown no datastore, and may see none: that none is in trouble says nothing. */
const isBlind = ({ hasStores, stores, permissions }: Checkup): boolean =>
  hasStores &&
  stores.length === 0 &&
  permissions !== undefined &&
  !hasPrivilege(permissions, '/datastore', 'Datastore.Audit');

/** `12 guests, newest 7 h ago`. That nothing was read is not that nothing is there. */
function backupsText(
  checkups: readonly Checkup[],
  now: number,
): { headline: string; fact: string } {
  const isWhole = checkups.every(
    ({ hasStores, listing }) => hasStores && listing.incomplete.size === 0,
  );
  const groups = checkups.flatMap(({ listing }) => listing.groups);
  if (groups.length === 0 && !isWhole) return { headline: 'backups not read', fact: 'not read' };
  if (checkups.every(({ listing }) => listing.namespaces.length === 0))
    return { headline: 'no backups can be seen', fact: 'none can be seen' };
  const newest = Math.max(0, ...groups.flatMap(({ lastAt }) => lastAt ?? []));
  const age = newest > 0 ? `newest ${ago(newest, now)}` : 'none finished';
  let guests = 0;
  for (const { listing } of checkups) guests += countGuests(listing.groups);
  const places = groups.length > guests ? ` in ${groups.length} groups` : '';
  const fact = `${isWhole ? '' : 'at least '}${plural(guests, 'guest')}${places}, ${age}`;
  return { headline: `backups of ${fact}`, fact };
}

/** A copy is not another guest. The same number in two namespaces may be two guests of two clusters. */
const countGuests = (groups: readonly BackupGroup[]): number =>
  new Set(
    groups
      .filter(({ copyOf }) => copyOf === undefined)
      .map(({ namespace, type, id }) => `${namespace}:${type}/${id}`),
  ).size;

const storeTexts = (checkup: Checkup): string[] =>
  checkup.stores.map((store) => {
    const name = checkup.label === undefined ? store.name : `${checkup.label}:${store.name}`;
    return `${name} ${stateText(checkup, store)}`;
  });

function stateText(checkup: Checkup, store: Store): string {
  const { usedShare, availability, backend } = store;
  if (availability === 'unmounted') return 'not mounted';
  if (availability !== 'available' && availability !== 'read-only') return availability;
  if (isSeenEmptied(checkup, store)) return 'empty';
  if (usedShare === undefined) return 'size not told';
  return `${percent(usedShare)}${backend === 's3' ? ' of its cache' : ''}`;
}

/** What one server tells. */
interface ServerReport {
  version: string | undefined;
  checkup: Checkup;
  findings: Finding[];
  things: Thing[];
}

async function examineServer(
  server: Pbs,
  check: Check,
  label: string | undefined,
): Promise<ServerReport> {
  const answers = { version: server.version(), datastores: server.datastores() };
  await firstAnswer(answers);
  const listed = answers.datastores.catch(() => []);
  const permitted = check('what the token may see', () => server.permissions());
  const [version, datastores, permissions, usage, jobs, tasks] = await Promise.all([
    check('version', () => answers.version, { extra: true }),
    check('datastores', () => answers.datastores),
    permitted,
    readUsage(server, check, listed),
    jobsOf(server, check),
    permitted.then(async (permissions) =>
      seesAllTasks(permissions)
        ? check('tasks', () => server.tasks(server.now() - lookBackMs, true))
        : undefined,
    ),
    permitted.then(async (permissions) =>
      reportHidden(check, permissions, server.settings.tokenId),
    ),
  ]);
  const stores = storesOf(datastores ?? [], usage, jobs, server.now());
  const listing = await listGroups(server, check, stores, { tasks, syncJobs: jobs.sync });
  const hasStores = datastores !== undefined;
  const seen = { server, check, stores, hasStores, permissions, jobs, tasks, listing, label };
  return {
    version,
    checkup: seen,
    things: thingsOf({
      ...seen,
      instance: server.instance,
      groups: listing.groups,
      seenEmpty: new Set(
        stores.filter((store) => isSeenEmptied(seen, store)).map(({ name }) => name),
      ),
    }),
    findings: [
      ...storeFindings(seen),
      ...(await jobFindings(seen)),
      ...backupFindings(seen),
      ...verificationFindings(seen),
    ],
  };
}

/** Of a server that is away there are no parts to be missed; one that answers anything is looked at. Throws why the datastores could not be listed. */
async function firstAnswer(answers: {
  version: Promise<unknown>;
  datastores: Promise<unknown>;
}): Promise<void> {
  await Promise.any([answers.version, answers.datastores]).catch(() => answers.datastores);
}
