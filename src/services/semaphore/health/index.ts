import { InputError } from '../../../core/base/errors.ts';
import type { Check, Finding, Report } from '../../../core/health.ts';
import { plural } from '../../../core/base/units.ts';
import { health as examine, type Semaphore } from '../client.ts';
import { countOf, failures, stuck } from './failed-templates.ts';
import { stateOf, type ProjectState } from './checkup.ts';
import { missed, zoneOf } from './missed-schedules.ts';
import { versionOf } from '../version.ts';

/** One instance, looked at. */
interface Look {
  version: string;
  states: ProjectState[];
  findings: Finding[];
}

export const health = examine(async (semaphore, check): Promise<Report> => {
  const several = semaphore.names.length > 1;
  const looks = await semaphore.all(async (one, instance) => {
    const look = await lookAt(one, semaphore.now(), (what, ask) =>
      check(several ? `${what} on ${instance}` : what, ask),
    );
    return several
      ? { ...look, findings: look.findings.map((finding) => onInstance(finding, instance)) }
      : look;
  });
  const states = looks.flatMap(({ value }) => value.states);
  const findings = looks.flatMap(({ value }) => value.findings);
  const tasks = states.flatMap((state) => state.tasks);
  const templates = states.flatMap((state) => state.templates);
  const failing = findings.filter(({ id }) => id.includes('.template-failed/')).length;
  const active = states
    .flatMap(({ schedules = [] }) => schedules)
    .filter((schedule) => schedule.active).length;
  return {
    version: [...new Set(looks.map(({ value }) => value.version))].join(', '),
    headline:
      states.length > 0
        ? `${plural(templates.length, 'job template')}, ${failing === 0 ? 'none' : failing} failing`
        : undefined,
    facts:
      states.length === 0
        ? {}
        : {
            projects: states.length,
            templates: templates.length,
            'never run': templates.filter(({ lastTask }) => !lastTask).length,
            running: countOf(tasks, 'running', 'starting'),
            waiting: countOf(tasks, 'waiting', 'waiting_confirmation'),
            ...(states.some(({ schedules }) => schedules) && { 'active schedules': active }),
          },
    findings,
  };
});

async function lookAt(one: Semaphore, now: number, check: Check): Promise<Look> {
  const [info, projects] = await Promise.all([one.info(), one.projects()]);
  if (projects.length === 0)
    await check('any project', async () => {
      throw new InputError("the token's user is in no project's team", {
        hint: 'Add it in Semaphore (project, Team); role Guest is enough.',
      });
    });
  const states = (
    await Promise.all(projects.map((project) => stateOf(one, project, check)))
  ).filter((state) => state !== undefined);
  const zone = zoneOf(info.timezone);
  const found = await Promise.all(
    states.flatMap((state) => [
      failures(state, one.thresholds, now, check),
      stuck(state, one.thresholds, now),
      missed(state, zone, one.thresholds, now, check),
    ]),
  );
  return { version: versionOf(info.version).label, states, findings: found.flat() };
}

const onInstance = (finding: Finding, instance: string): Finding => ({
  ...finding,
  id: finding.id.replace('/', `/${instance}/`),
  subject: `${finding.subject} on ${instance}`,
  message: `${instance}: ${finding.message}`,
  next: finding.next && { ...finding.next, arguments: { ...finding.next.arguments, instance } },
});
