import { LaresError, UpstreamError } from '../../core/base/errors.ts';
import type { Diagnosis } from '../../core/service.ts';
import { doctor as defineDoctor, type Semaphore } from './client.ts';
import { mayRunTasks, type Project } from './schema/index.ts';
import { versionOf } from './version.ts';

/** Which projects the token reaches, where it may run tasks, and whether it may do too much. */
export const doctor = defineDoctor(async (client): Promise<Diagnosis> => {
  const [info, user, projects] = await Promise.all([
    client.info().catch(unlessRefused),
    client.user(),
    client.projects(),
  ]);
  const rights = await Promise.all(
    projects.map((project) => runRight(client, project, user.admin)),
  );
  return {
    version: versionOf(info?.version ?? '').label,
    rights: [
      {
        what: `read ${projects.length > 0 ? projects.map(({ name }) => name).join(', ') : 'a project'}`,
        granted: projects.length > 0,
        fix:
          projects.length > 0
            ? undefined
            : `Add ${user.username} to a project's team (project, Team), role Guest to read or Task Runner to run`,
      },
      ...rights,
      ...(user.admin
        ? [
            {
              what: 'be kept to its projects',
              granted: false,
              fix: `${user.username} is an administrator and may do everything: use a user of its own that is only in the teams it needs`,
            },
          ]
        : []),
    ],
  };
});

/** Which version it is decides about no right; a token that is refused is refused everywhere. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof LaresError) || (error instanceof UpstreamError && error.denied))
    throw error;
}

async function runRight(
  client: Semaphore,
  project: Project,
  admin: boolean,
): Promise<Diagnosis['rights'][number]> {
  const { role, permissions } = await client.role(project.id);
  const granted = admin || (permissions === undefined ? 'unknown' : mayRunTasks(permissions));
  return {
    what: `run tasks in ${project.name} (role ${role || 'none'})`,
    granted,
    writes: true,
    fix:
      granted === false
        ? `In project ${project.name}, Team: role Task Runner. Not needed for reading`
        : undefined,
  };
}
