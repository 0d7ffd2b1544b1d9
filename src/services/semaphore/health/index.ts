import { raceAbort } from '../../../core/base/abortable.ts';
import { UnreachableError } from '../../../core/base/errors.ts';
import type { Check, Finding, Report } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import { health as defineHealth, type Semaphore } from '../client.ts';
import { noProject } from '../no-project.ts';
import type { Info } from '../schema/index.ts';
import { thingsOf } from '../things.ts';
import { versionOf } from '../version.ts';
import { checkUp, countOf, type Checkup } from './checkup.ts';
import { failedTemplates } from './failed-templates.ts';
import { onInstance } from './finding.ts';
import { missedSchedules } from './missed-schedules.ts';
import { stuckTasks } from './stuck-tasks.ts';

interface InstanceReport {
  /** Undefined: not told in time. */
  version: string | undefined;
  /** How many there are, looked at or not. */
  projects: number;
  checkups: Checkup[];
  findings: Finding[];
}

/** The check-up: what failed, hangs or did not run, in every project that the token may see. */
export const health = defineHealth(async (semaphore, check): Promise<Report> => {
  const { several } = semaphore;
  const answers = await semaphore.all((client, instance) =>
    examine(client, semaphore.now(), (what, ask, options) =>
      check(several ? `${what} on ${instance}` : what, ask, options),
    ),
  );
  const reports = answers.map(({ value }) => value);
  const checkups = reports.flatMap((report) => report.checkups);
  const findings = answers.flatMap(({ instance, value }) =>
    several ? value.findings.map((finding) => onInstance(finding, instance)) : value.findings,
  );
  return {
    version: [...new Set(reports.flatMap(({ version }) => version ?? []))].join(', ') || undefined,
    ...(checkups.length > 0
      ? summaryOf(checkups, sum(reports.map(({ projects }) => projects)), findings)
      : { facts: {} }),
    findings,
    things: answers.flatMap(({ instance, value }) =>
      thingsOf({ instance, several, projects: value.checkups }),
    ),
    gaps: answers.flatMap(({ instance, value }) =>
      value.projects === 0 ? [noProject(several ? ` on ${instance}` : '')] : [],
    ),
    blind: reports.every(({ projects }) => projects === 0),
  };
});

async function examine(client: Semaphore, now: number, check: Check): Promise<InstanceReport> {
  const told = check('version and time zone', () => infoInTime(client), { extra: true });
  const projects = await client.projects();
  const [info, ...looks] = await Promise.all([
    told,
    ...projects.map((project) => checkUp(client, project, now, check)),
  ]);
  const checkups = looks.flatMap((look) => (look ? { ...look, timezone: info?.timezone } : []));
  const findings = await Promise.all(
    checkups.flatMap((checkup) => [
      failedTemplates(checkup, check),
      stuckTasks(checkup),
      missedSchedules(checkup, check),
    ]),
  );
  return {
    version: info && versionOf(info.version).label,
    projects: projects.length,
    checkups,
    findings: findings.flat(),
  };
}

/** How long a check-up waits for the version: every answer to it makes Semaphore run Ansible, which takes seconds on a small machine. */
const infoMs = 1_500;

const infoInTime = (client: Semaphore): Promise<Info> =>
  raceAbort(AbortSignal.timeout(infoMs), client.info()).catch((error: unknown) => {
    if (!(error instanceof DOMException)) throw error;
    throw new UnreachableError(`not told within ${infoMs / 1000} s`, {
      timedOut: true,
      hint: 'Semaphore runs ansible --version for that answer.',
    });
  });

function summaryOf(
  checkups: readonly Checkup[],
  projects: number,
  findings: readonly Finding[],
): Pick<Report, 'headline' | 'facts'> {
  const tasks = checkups.flatMap((checkup) => checkup.tasks);
  const templates = checkups.flatMap((checkup) => checkup.templates);
  const schedules = checkups.flatMap((checkup) => checkup.schedules ?? []);
  const failing = findings.filter(({ id }) => id.includes('.template-failed/')).length;
  return {
    headline: `${plural(templates.length, 'job template')}${checkups.length < projects ? ` in ${checkups.length} of ${projects} projects` : ''}, ${failing === 0 ? 'none' : failing} failing`,
    facts: {
      projects: checkups.length,
      ...(checkups.length < projects && { 'projects not read': projects - checkups.length }),
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

const sum = (amounts: readonly number[]): number =>
  amounts.reduce((total, amount) => total + amount, 0);
