import { InputError } from '../../../core/base/errors.ts';
import type { Check, Finding, Report } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import { health as defineHealth, type Semaphore } from '../client.ts';
import { versionOf } from '../version.ts';
import { checkUp, countOf, type Checkup } from './checkup.ts';
import { failedTemplates } from './failed-templates.ts';
import { onInstance } from './finding.ts';
import { missedSchedules } from './missed-schedules.ts';
import { stuckTasks } from './stuck-tasks.ts';

interface InstanceReport {
  version: string;
  checkups: Checkup[];
  findings: Finding[];
}

/** The check-up: what failed, hangs or did not run, in every project that the token may see. */
export const health = defineHealth(async (semaphore, check): Promise<Report> => {
  const several = semaphore.names.length > 1;
  const answers = await semaphore.all((client, instance) =>
    examine(client, semaphore.now(), (what, ask) =>
      check(several ? `${what} on ${instance}` : what, ask),
    ),
  );
  const reports = answers.map(({ value }) => value);
  const checkups = reports.flatMap((report) => report.checkups);
  const findings = answers.flatMap(({ instance, value }) =>
    several ? value.findings.map((finding) => onInstance(finding, instance)) : value.findings,
  );
  return {
    version: [...new Set(reports.map(({ version }) => version))].join(', '),
    ...(checkups.length > 0 ? summaryOf(checkups, findings) : { facts: {} }),
    findings,
  };
});

async function examine(client: Semaphore, now: number, check: Check): Promise<InstanceReport> {
  const [info, projects] = await Promise.all([client.info(), client.projects()]);
  if (projects.length === 0)
    await check('any project', async () => {
      throw new InputError("the token's user is in no project's team", {
        hint: 'Add it in Semaphore (project, Team); role Guest is enough.',
      });
    });
  const looks = await Promise.all(
    projects.map((project) => checkUp(client, project, { now, timezone: info.timezone }, check)),
  );
  const checkups = looks.filter((checkup) => checkup !== undefined);
  const findings = await Promise.all(
    checkups.flatMap((checkup) => [
      failedTemplates(checkup, check),
      stuckTasks(checkup),
      missedSchedules(checkup, check),
    ]),
  );
  return { version: versionOf(info.version).label, checkups, findings: findings.flat() };
}

function summaryOf(
  checkups: readonly Checkup[],
  findings: readonly Finding[],
): Pick<Report, 'headline' | 'facts'> {
  const tasks = checkups.flatMap((checkup) => checkup.tasks);
  const templates = checkups.flatMap((checkup) => checkup.templates);
  const schedules = checkups.flatMap((checkup) => checkup.schedules ?? []);
  const failing = findings.filter(({ id }) => id.includes('.template-failed/')).length;
  return {
    headline: `${plural(templates.length, 'job template')}, ${failing === 0 ? 'none' : failing} failing`,
    facts: {
      projects: checkups.length,
      templates: templates.length,
      'never run': templates.filter(({ lastTask }) => !lastTask).length,
      running: countOf(tasks, 'running', 'starting'),
      waiting: countOf(tasks, 'waiting', 'waiting_confirmation'),
      ...(checkups.some((checkup) => checkup.schedules) && {
        'active schedules': schedules.filter(({ active }) => active).length,
      }),
    },
  };
}
