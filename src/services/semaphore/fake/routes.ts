import { json, type Reply } from '../../../demo/loopback.ts';
import { isOld } from './generation.ts';
import { environmentRow, eventRow, inventoryRow, projectRow, scheduleRow } from './rows.ts';
import { lastLimit, output, rawOutput, run, task, tasks } from './task-routes.ts';
import { templateRow } from './template-row.ts';
import { inProject, list, permissions, rowOf, type Visit } from './visit.ts';

function info({ world, fake: { knobs } }: Visit): Reply {
  const base = {
    version: knobs.version,
    ansible: 'ansible [core 2.18.6]\n  config file = None\n',
    web_host: 'http://semaphore.lab.example.net:3000',
    use_remote_runner: false,
  };
  return json(
    isOld(knobs.version)
      ? base
      : {
          ...base,
          auth_methods: {},
          premium_features: {},
          git_client: 'cmd_git',
          ...(knobs.tellsTimezone && { schedule_timezone: world.semaphore.timezone }),
          teams: {},
          roles: null,
        },
  );
}

const template = (visit: Visit): Reply =>
  json(
    templateRow(
      rowOf(visit.world.semaphore.templates, visit, 404),
      visit.world.semaphore,
      visit.fake.knobs,
      true,
      permissions[visit.account.roles[visit.project] ?? 'guest'],
    ),
  );
const templates = (visit: Visit): Reply =>
  list(
    inProject(visit.world.semaphore.templates, visit)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((row) => templateRow(row, visit.world.semaphore, visit.fake.knobs, false, 0)),
  );
const templateTasks = (visit: Visit, limit: number): Reply =>
  tasks(visit, limit, rowOf(visit.world.semaphore.templates, visit, 404).id);

/** Every route that is answered, under `/api/`. */
export const routes: readonly [method: string, path: RegExp, answer: (visit: Visit) => Reply][] = [
  ['GET', /^info$/, info],
  [
    'GET',
    /^user$/,
    ({ account: { id, username, admin } }) =>
      json({
        id,
        created: '2025-01-06T10:00:00Z',
        username,
        name: username,
        email: `${username}@lab.example.net`,
        admin,
        external: false,
        alert: false,
      }),
  ],
  [
    'GET',
    /^projects$/,
    ({ world, account, fake: { knobs } }) =>
      list(
        world.semaphore.projects
          .filter(({ id }) => account.admin || account.roles[id])
          .map((project) => projectRow(project, knobs.version)),
      ),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/role$/,
    ({ account, project }) =>
      json({
        role: account.roles[project] ?? '',
        permissions: permissions[account.roles[project] ?? 'guest'],
      }),
  ],
  ['GET', /^project\/(?<project>\d+)\/templates$/, templates],
  ['GET', /^project\/(?<project>\d+)\/templates\/(?<id>\d+)$/, template],
  [
    'GET',
    /^project\/(?<project>\d+)\/templates\/(?<id>\d+)\/tasks$/,
    (visit) => templateTasks(visit, 1000),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/templates\/(?<id>\d+)\/tasks\/last$/,
    (visit) => templateTasks(visit, lastLimit(visit)),
  ],
  ['GET', /^project\/(?<project>\d+)\/tasks$/, (visit) => tasks(visit, 1000)],
  ['GET', /^project\/(?<project>\d+)\/tasks\/last$/, (visit) => tasks(visit, lastLimit(visit))],
  ['POST', /^project\/(?<project>\d+)\/tasks$/, run],
  ['GET', /^project\/(?<project>\d+)\/tasks\/(?<id>\d+)$/, task],
  ['GET', /^project\/(?<project>\d+)\/tasks\/(?<id>\d+)\/output$/, output],
  ['GET', /^project\/(?<project>\d+)\/tasks\/(?<id>\d+)\/raw_output$/, rawOutput],
  [
    'GET',
    /^project\/(?<project>\d+)\/inventory$/,
    (visit) =>
      list(
        inProject(visit.world.semaphore.inventories, visit)
          .filter(({ templateId }) => templateId === null)
          .map(inventoryRow),
      ),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/inventory\/(?<id>\d+)$/,
    (visit) => json(inventoryRow(rowOf(visit.world.semaphore.inventories, visit, 404))),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/environment$/,
    (visit) =>
      list(
        inProject(visit.world.semaphore.environments, visit).map((row) =>
          environmentRow(row, visit.fake.knobs.version, false),
        ),
      ),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/environment\/(?<id>\d+)$/,
    (visit) =>
      json(
        environmentRow(
          rowOf(visit.world.semaphore.environments, visit, 404),
          visit.fake.knobs.version,
          true,
        ),
      ),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/schedules$/,
    (visit) =>
      list(
        inProject(visit.world.semaphore.schedules, visit).map((row) =>
          scheduleRow(row, visit.world.semaphore, visit.fake.knobs.version),
        ),
      ),
  ],
  [
    'GET',
    /^project\/(?<project>\d+)\/events\/last$/,
    (visit) =>
      list(
        inProject(visit.world.semaphore.events, visit)
          .sort((a, b) => b.at - a.at)
          .slice(0, 200)
          .map(eventRow),
      ),
  ],
];
