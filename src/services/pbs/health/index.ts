import type { Check, Finding } from '../../../core/health.ts';
import { ago, percent, plural } from '../../../core/base/units.ts';
import { health as examine, type Pbs } from '../client.ts';
import { reportHidden } from '../gaps.ts';
import { inventoryOf } from '../group-listing.ts';
import { hasPrivilege } from '../rights.ts';
import { jobsOf, storesOf, type Store } from '../datastores.ts';
import { backupFindings } from './backups.ts';
import { jobFindings } from './jobs.ts';
import { storeFindings } from './datastores.ts';
import { verificationFindings } from './verification.ts';
import type { Checkup } from './checkup.ts';

/** Every server at once; one that does not answer is told by the core. */
export const health = examine(async (servers, check) => {
  const several = servers.names.length > 1;
  const told = (
    await servers.all(async (one, instance) =>
      examineOne(
        one,
        several ? (what, ask) => check(`${instance}: ${what}`, ask) : check,
        several ? instance : undefined,
      ),
    )
  ).map(({ value }) => value);
  const groups = told.flatMap(({ checkup }) => checkup.inventory.backups);
  const newest = Math.max(0, ...groups.flatMap(({ lastAt }) => lastAt ?? []));
  const read = told.some(({ checkup }) => checkup.inventory.namespaces.length > 0);
  const backups = read
    ? `${plural(groups.length, 'guest')}, ${newest > 0 ? `newest ${ago(newest, servers.now())}` : 'none finished'}`
    : undefined;
  const unread = told.reduce((sum, { checkup }) => sum + checkup.inventory.unread, 0);
  return {
    version: [...new Set(told.map(({ version }) => version))].join(', '),
    headline: backups === undefined ? 'no backups can be seen' : `backups of ${backups}`,
    facts: {
      datastores:
        told
          .flatMap(({ checkup: { stores, label } }) =>
            stores.map((store) => `${label === undefined ? '' : `${label}:`}${storeText(store)}`),
          )
          .join('; ') || 'none seen',
      backups: backups ?? 'none can be seen',
      ...(unread > 0 && {
        'not read one by one': `${plural(unread, 'guest')} (more backups than PBS_LIST_SNAPSHOTS): their verification is told by jobs only`,
      }),
    },
    findings: told.flatMap(({ findings }) => findings),
  };
});

const storeText = ({ name, usedShare, availability, backend }: Store): string =>
  `${name} ${availability === 'available' || availability === 'read-only' ? (usedShare === undefined ? 'size not told' : `${percent(usedShare)}${backend === 's3' ? ' of its cache' : ''}`) : availability === 'unmounted' ? 'not mounted' : availability}`;

/** Failed runs of weekly jobs are within reach. */
const lookBackMs = 8 * 86_400_000;

async function examineOne(
  one: Pbs,
  check: Check,
  label: string | undefined,
): Promise<{ version: string; checkup: Checkup; findings: Finding[] }> {
  // Alone: of a server that is away there are no parts to be missed.
  const version = await one.version();
  const [datastores, permissions] = await Promise.all([
    one.datastores(),
    check('what the token may see', () => one.permissions()),
  ]);
  const seesTasks = !permissions || hasPrivilege(permissions, '/system/tasks', 'Sys.Audit');
  const [usage, jobs, troubles] = await Promise.all([
    check('usage of datastores', () => one.usage()),
    jobsOf(one, check),
    seesTasks ? check('tasks', () => one.tasks(one.now() - lookBackMs, true)) : undefined,
    reportHidden(check, permissions, one.settings.tokenId),
  ]);
  const stores = storesOf(datastores, usage, jobs, one.now());
  const inventory = await inventoryOf(one, check, stores, troubles);
  const checkup: Checkup = { one, check, stores, jobs, troubles, inventory, label };
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
