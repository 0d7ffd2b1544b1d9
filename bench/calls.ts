import http from 'node:http';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemo } from '../src/demo/start.ts';
import { ids } from '../test/contract/examples.ts';
import { program } from './cold-start.ts';
import { interleaved, median, Peer, timed, type Ratio } from './measure.ts';

const state = (): Record<string, string> => ({
  LARES_STATE_DIR: mkdtempSync(join(tmpdir(), 'lares-bench-')),
});

/** One read over stdio against the same upstream call made directly. */
export async function readOverhead(): Promise<Ratio[]> {
  const demo = await startDemo({ only: ['prometheus'] });
  const peer = new Peer([program], { ...demo.env, ...state() });
  await peer.open();
  const url = `${demo.env['PROMETHEUS_URL']}/api/v1/query?query=up`;
  const agent = new http.Agent({ keepAlive: true });
  const direct = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const headers = demo.env['PROMETHEUS_USERNAME']
        ? {
            authorization: `Basic ${Buffer.from(`${demo.env['PROMETHEUS_USERNAME']}:${demo.env['PROMETHEUS_PASSWORD']}`).toString('base64')}`,
          }
        : {};
      http
        .get(url, { agent, headers }, (answer) => {
          const chunks: Buffer[] = [];
          answer
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
            .on('error', reject);
        })
        .on('error', reject);
    });
  // An upstream on a network takes a few milliseconds; without them the event loop that fake and bench share would be measured.
  for (const server of demo.fakes.get('prometheus')?.servers ?? []) server.latencyMs = 10;
  if (
    ((await peer.call('prom_query', { query: 'up', limit: 100 })) as { isError?: boolean }).isError
  )
    throw new Error('prom_query failed');
  for (let i = 0; i < 50; i++) {
    await direct();
    await peer.call('prom_query', { query: 'up', limit: 100 });
  }
  const ms = await interleaved(150, {
    direct: () => timed(direct),
    lares: () => timed(() => peer.call('prom_query', { query: 'up', limit: 100 })),
  });
  await peer.close();
  agent.destroy();
  await demo.close();
  const [floor = 1, lares = 1] = [ms['direct'], ms['lares']];
  return [
    {
      what: 'prom_query over stdio against the same upstream call',
      value: `${(lares / floor).toFixed(2)}×`,
      target: '≤ 1.3×',
      met: lares / floor <= 1.3,
      detail: `${lares.toFixed(2)} ms, ${floor.toFixed(2)} ms; the upstream takes 10 ms`,
    },
  ];
}

/** service_health against its slowest service alone, and with one service that hangs. */
export async function health(): Promise<Ratio[]> {
  const demo = await startDemo();
  const peer = new Peer([program], { ...demo.env, ...state(), LARES_DEADLINE_MS: '8000' });
  await peer.open();
  await peer.call('service_health');
  // As a house has it: what a check-up waits for is its services and the network, not the one core that the fakes share here.
  for (const fake of demo.fakes.values()) for (const server of fake.servers) server.latencyMs = 150;
  const runs = Object.fromEntries(
    [['all', {}], ...ids.map((id) => [id, { service: id }])].map(([name, args]) => [
      String(name),
      () => timed(() => peer.call('service_health', args as object)),
    ]),
  );
  const ms = await interleaved(9, runs);
  const slowest = Math.max(...ids.map((id) => ms[id] ?? 0));
  const name = ids.find((id) => ms[id] === slowest);
  for (const server of demo.fakes.get('prometheus')?.servers ?? []) server.inject('hang');
  const hanging = median([
    await timed(() => peer.call('service_health')),
    await timed(() => peer.call('service_health')),
    await timed(() => peer.call('service_health')),
  ]);
  await peer.close();
  await demo.close();
  const all = ms['all'] ?? 1;
  return [
    {
      what: 'service_health over nine services against its slowest service alone',
      value: `${(all / slowest).toFixed(2)}×`,
      target: '≤ 1.15×',
      met: all / slowest <= 1.15,
      detail: `${all.toFixed(0)} ms, ${name} ${slowest.toFixed(0)} ms; every upstream answer takes 150 ms`,
    },
    {
      what: 'service_health with one service hanging against its deadline',
      value: `${(hanging / 8000).toFixed(2)}×`,
      target: '≤ 1.1×',
      met: hanging / 8000 <= 1.1,
      detail: `${hanging.toFixed(0)} ms, deadline 8000 ms`,
    },
  ];
}
