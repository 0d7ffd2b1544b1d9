import type { Check, Finding } from '../../../core/health.ts';
import { ago, percent, plural } from '../../../core/base/units.ts';
import { health as examine, type Pbs } from '../client.ts';
import { seesAll } from '../gaps.ts';
import { inventoryOf } from '../backup-inventory.ts';
import { holds } from '../rights.ts';
import { jobsOf, storesOf, type Store } from '../stores.ts';
import { backupFindings } from './backups.ts';
import { jobFindings } from './jobs.ts';
import { storeFindings } from './stores.ts';
import { verificationFindings } from './verification.ts';
import type { View } from './view.ts';

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
  const groups = told.flatMap(({ view }) => view.inventory.backups);
  const newest = Math.max(0, ...groups.flatMap(({ lastAt }) => lastAt ?? []));
  const read = told.some(({ view }) => view.inventory.places.length > 0);
  const backups = read
    ? `${plural(groups.length, 'guest')}, ${newest > 0 ? `newest ${ago(newest, servers.now())}` : 'none finished'}`
    : undefined;
  const unread = told.reduce((sum, { view }) => sum + view.inventory.unread, 0);
  return {
    version: [...new Set(told.map(({ version }) => version))].join(', '),
    headline: backups === undefined ? 'no backups can be seen' : `backups of ${backups}`,
    facts: {
      datastores:
        told
          .flatMap(({ view: { stores, label } }) =>
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
): Promise<{ version: string; view: View; findings: Finding[] }> {
  // Alone: of a server that is away there are no parts to be missed.
  const version = await one.version();
  const [datastores, permissions] = await Promise.all([
    one.datastores(),
    check('what the token may see', () => one.permissions()),
  ]);
  const seesTasks = !permissions || holds(permissions, '/system/tasks', 'Sys.Audit');
  const [usage, jobs, troubles] = await Promise.all([
    check('usage of datastores', () => one.usage()),
    jobsOf(one, check),
    seesTasks ? check('tasks', () => one.tasks(one.now() - lookBackMs, true)) : undefined,
    seesAll(check, permissions, one.settings.tokenId),
  ]);
  const stores = storesOf(datastores, usage, jobs, one.now());
  const inventory = await inventoryOf(one, check, stores, troubles);
  const view: View = { one, check, stores, jobs, troubles, inventory, label };
  return {
    version,
    view,
    findings: [
      ...storeFindings(view),
      ...jobFindings(view),
      ...backupFindings(view),
      ...verificationFindings(view),
    ],
  };
}
