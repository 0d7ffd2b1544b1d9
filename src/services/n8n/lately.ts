import { iso } from '../../core/base/units.ts';
import { askAbout, thingsToAsk, type Happening } from '../../core/lately.ts';
import { lately as defineLately, newestFirst } from './client.ts';
import type { Execution } from './schema/index.ts';

/** Workflows that are asked about, runs that are read of each, and runs that are told. */
const limits = { workflows: 2, read: 10, told: 2 };

/** The last runs of workflows: one request each. */
export const lately = defineLately((fleet, things) =>
  askAbout(
    thingsToAsk(things, 'workflow', fleet, limits.workflows),
    ({ thing }) => `runs of ${thing.title}`,
    async ({ thing, instance, id: workflowId }) => {
      const { rows } = await fleet.on(instance).executions({ workflowId }, limits.read);
      return rows
        .toSorted(newestFirst)
        .slice(0, limits.told)
        .map((run) => runLine(run, thing.title));
    },
  ),
);

const runLine = ({ id, status, mode, startedAt }: Execution, title: string): Happening => ({
  at: startedAt === undefined ? undefined : iso(startedAt),
  text: `run ${id} of ${title}: ${status}${mode === 'manual' ? ' (manual)' : ''}`,
});
