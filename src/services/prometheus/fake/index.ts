import type { FakeService } from '../../../demo/fake-service.ts';
import { loopback, type Loopback } from '../../../demo/loopback.ts';
import type { World } from '../../../demo/world/index.ts';
import { alertmanagerApi } from './alertmanager.ts';
import { prometheusApi } from './api.ts';
import { Memory } from './downtime.ts';
import type { Knobs } from './knobs.ts';
import { Head } from './head.ts';

export type { Knobs } from './knobs.ts';

/** Both servers, and what a test may turn. */
export interface FakePrometheus extends Loopback, FakeService {
  /** May be turned while it runs. */
  readonly knobs: Knobs;
  readonly alertmanager: Loopback;
}

/** Prometheus (basic auth) and its Alertmanager (none) over a world: rules are real PromQL, evaluated at every request. Servers: Prometheus, Alertmanager. */
export async function fakePrometheus(
  world: World,
  settings: Partial<Knobs> = {},
): Promise<FakePrometheus> {
  const knobs: Knobs = {
    version: '3.5.3',
    compatible: null,
    alertmanagerVersion: '0.33.1',
    auth: { username: 'lares', password: 'correct-horse-battery' },
    alertmanagerAuth: null,
    ready: true,
    prefix: '',
    ...settings,
  };
  const head = new Head(world, new Memory(world.now), () => knobs.version);
  const alertmanager = await loopback(alertmanagerApi(head, knobs));
  const server = await loopback(
    prometheusApi(head, knobs, () => 'http://alertmanager:9093'),
    { readPosts: /\/api\/v1\/query(_range)?$/ },
  );
  const env = {
    PROMETHEUS_URL: server.url + knobs.prefix,
    ...(knobs.auth && {
      PROMETHEUS_USERNAME: knobs.auth.username,
      PROMETHEUS_PASSWORD: knobs.auth.password,
    }),
    PROMETHEUS_ALERTMANAGER_URL: alertmanager.url,
  };
  const closeServer = server.close.bind(server);
  return Object.assign(server, {
    env,
    knobs,
    alertmanager,
    servers: [server, alertmanager],
    close: async () => {
      await Promise.all([closeServer(), alertmanager.close()]);
    },
  });
}

export { fakePrometheus as fake };
