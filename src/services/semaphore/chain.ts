import { LaresError } from '../../core/base/errors.ts';
import { mapLimited } from '../../core/base/pool.ts';
import type { Semaphore } from './client.ts';
import type { Template } from './schema/index.ts';

/** What Semaphore starts by itself after a run that ended well (TaskRunner.run), also after a dry run. */
export interface Chain {
  /** In the order in which they start; what is started by one of them too. */
  starts: readonly Template[];
  /** Templates of which this could not be read: they may start. */
  unread: readonly Template[];
}

/** How many templates are asked for at once. */
const atOnce = 5;

/**
 * Follows the build templates from `template`. Each one that names it is read by itself: on an SQL database the list does not
 * tell `autorun` (db/sql/template.go selects columns), so there its absence says nothing.
 */
export async function chainOf(
  client: Semaphore,
  template: Template,
  templates: readonly Template[],
): Promise<Chain> {
  const starts: Template[] = [];
  const unread: Template[] = [];
  const seen = new Set([template.id]);
  for (let builds = [template.id]; builds.length > 0;) {
    const candidates = templates.filter(
      ({ id, buildTemplateId }) =>
        buildTemplateId !== undefined && builds.includes(buildTemplateId) && !seen.has(id),
    );
    for (const { id } of candidates) seen.add(id);
    const answers = await mapLimited(candidates, atOnce, (candidate) => whole(client, candidate));
    const started = answers.filter((answer) => answer?.autorun === true);
    starts.push(...started.filter((answer) => answer !== undefined));
    unread.push(...candidates.filter((_, i) => answers[i] === undefined));
    builds = started.flatMap((answer) => answer?.id ?? []);
  }
  return { starts, unread };
}

/** Everything that may run besides the template itself: what is not known to stay quiet counts. */
export const followers = ({ starts, unread }: Chain): Template[] => [...starts, ...unread];

async function whole(client: Semaphore, listed: Template): Promise<Template | undefined> {
  return client.template(listed.projectId, listed.id).catch((error: unknown) => {
    if (error instanceof LaresError) return undefined;
    throw error;
  });
}
