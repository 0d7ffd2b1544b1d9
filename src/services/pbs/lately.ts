import { bytes, day, iso, plural } from '../../core/base/units.ts';
import { askAbout, thingsToAsk, type Happening, type Lately } from '../../core/lately.ts';
import type { Thing } from '../../core/map.ts';
import { lately as defineLately, type NamespaceRef, type Servers } from './client.ts';
import type { Snapshot } from './schema/index.ts';

/** Groups that are asked about, and failed tasks that are told. */
const limits = { groups: 2, failures: 3 };

/** The last backup of each group. Of a datastore that was itself asked about, what failed on it in the last day. */
export const lately = defineLately(async (servers, things) => {
  const [backups, failures] = await Promise.all([
    lastBackups(servers, things),
    failedTasks(servers, things.slice(0, 1)),
  ]);
  return {
    happenings: [...backups.happenings, ...failures.happenings],
    gaps: [...backups.gaps, ...failures.gaps],
  };
});

const lastBackups = (servers: Servers, things: readonly Thing[]): Promise<Lately> =>
  askAbout(
    thingsToAsk(things, 'backup', servers, limits.groups),
    ({ thing }) => `backups of ${thing.title}`,
    async ({ thing, instance, id }) => {
      const { group, ...place } = groupIn(id);
      const snapshots = await servers.on(instance).snapshots(place, group);
      return [
        backupLine(
          snapshots.toSorted((a, b) => b.at - a.at),
          thing.title,
        ),
      ];
    },
  );

/** Of `<datastore>/<namespace…>/<type>/<id>`. */
function groupIn(path: string): NamespaceRef & { group: { type: string; id: string } } {
  const [store = '', ...rest] = path.split('/');
  const [type = '', id = ''] = rest.splice(-2);
  return { store, namespace: rest.join('/'), group: { type, id } };
}

/** Without a manifest a backup runs, or was broken off. */
function backupLine(snapshots: readonly Snapshot[], title: string): Happening {
  const last = snapshots.find(({ bytes: size }) => size !== undefined);
  if (!last) return { text: `no finished backup of ${title}` };
  const kept = plural(snapshots.length, 'backup');
  return {
    at: iso(last.at),
    text: `last finished backup of ${title}: ${bytes(last.bytes ?? 0)}, ${verification(last)}; ${kept} kept`,
  };
}

function verification({ verification: result }: Snapshot): string {
  if (!result) return 'not verified';
  return result.ok ? 'verified' : 'VERIFICATION FAILED';
}

const failedTasks = (servers: Servers, things: readonly Thing[]): Promise<Lately> =>
  askAbout(
    thingsToAsk(things, 'datastore', servers, 1),
    ({ thing }) => `tasks of ${thing.title}`,
    async ({ instance, id: datastore }) => {
      const tasks = await servers.on(instance).tasks(servers.now() - day, true);
      return tasks
        .filter(({ store, endedAt }) => store === datastore && endedAt !== undefined)
        .slice(0, limits.failures)
        .map(({ type, status, startedAt }) => ({
          at: iso(startedAt),
          text: `${type} on ${datastore}: ${status ?? 'unknown'}`,
        }));
    },
  );
