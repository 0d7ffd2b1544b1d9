import type { Check } from '../../../core/health.ts';
import { day, plural } from '../../../core/base/units.ts';
import type { N8n, Page, Release } from '../client.ts';
import { lastOutcome, lastRuns, type LastRuns } from '../last-runs.ts';
import type { Execution, Workflow } from '../schema/index.ts';
import type { Settings } from '../settings.ts';

/** How many workflows are asked for one by one, and how many failed runs are read. */
const limits = { lookups: 40, failedRuns: 250 };

/** What the findings on one n8n are computed from; undefined parts were not answered, and the report names them. */
export interface Checkup {
  instance: string;
  settings: Settings;
  /** Milliseconds since the epoch. */
  now: number;
  release: Release;
  version: string;
  /** Active ones that are not archived. */
  workflows: readonly Workflow[];
  runs: LastRuns | undefined;
  /** Of the last day. */
  failed: Page<Execution> | undefined;
  running: { list: Page<Execution> | undefined } | undefined;
  waiting: Page<Execution> | undefined;
}

/** Looks at one n8n. It must answer and list its workflows; what the key may not see besides is named, with `label` in front. */
export async function checkUp(
  client: N8n,
  instance: string,
  label: string,
  check: Check,
): Promise<Checkup> {
  const [release, version, { rows }] = await Promise.all([
    client.release(),
    client.version(),
    client.workflows({ active: true }),
  ]);
  const workflows = rows.filter(({ archived }) => !archived);
  const [runs, failed, running, waiting] = await Promise.all([
    check(`${label}newest runs`, () =>
      lastRuns(client, workflows, limits.lookups, (known) => lastOutcome(known) !== undefined),
    ),
    check(`${label}failed runs`, () =>
      client.runs({ status: 'failed', since: client.now() - day }, release, limits.failedRuns),
    ),
    check(`${label}stuck runs`, async () => ({ list: await client.running(release) })),
    release.major === 1 ? undefined : check(`${label}overdue waits`, () => client.waiting()),
  ]);
  if (runs && runs.unread.size > 0)
    await check(`${label}${plural(runs.unread.size, 'workflow')}`, () =>
      Promise.reject(
        new Error(`not among the newest runs, and more than ${limits.lookups} to ask one by one`),
      ),
    );
  return {
    instance,
    settings: client.settings,
    now: client.now(),
    release,
    version: version ?? `${release.major}.x`,
    workflows,
    runs,
    failed,
    running,
    waiting,
  };
}
