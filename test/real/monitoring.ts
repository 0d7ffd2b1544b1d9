import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, installed, run, until, type Running } from './process.ts';

export const programs = {
  prometheus: installed('prometheus'),
  alertmanager: installed('prometheus-alertmanager', 'alertmanager'),
  node_exporter: installed('prometheus-node-exporter', 'node_exporter'),
};

/** A real Prometheus that scrapes itself, a node exporter and a dead port, with its Alertmanager. */
export interface Monitoring {
  prometheusUrl: string;
  alertmanagerUrl: string;
  deadTarget: string;
  /** Asks Prometheus directly, as the reference to hold the fake against. */
  ask(path: string): Promise<unknown>;
  prometheus: Running;
  alertmanager: Running;
  close(): Promise<void>;
}

const rules = `
groups:
  - name: lab
    interval: 1s
    rules:
      - {record: 'lab:nan', expr: 'vector(0) / 0'}
      - {alert: Watchdog, expr: 'vector(1)', labels: {severity: none}, annotations: {summary: always fires}}
      - {alert: DeadTarget, expr: 'up == 0', labels: {severity: critical}, annotations: {summary: '{{ $labels.instance }} is dead'}}
      - {alert: Silenced, expr: 'vector(2)', labels: {severity: warning}}
      - {alert: Later, expr: 'vector(3)', for: 2h, labels: {severity: warning}}
  - name: broken
    interval: 1s
    rules:
      - {alert: Ambiguous, expr: 'up * on (site) up == 5'}
`;

const configuration = (
  file: string,
  ports: Record<'prometheus' | 'alertmanager' | 'exporter' | 'dead', number>,
): string => `
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s, external_labels: {site: lab}}
rule_files: ['${file}']
alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:${ports.alertmanager}']}]}]}
scrape_configs:
  - {job_name: prometheus, static_configs: [{targets: ['127.0.0.1:${ports.prometheus}']}]}
  - {job_name: node, static_configs: [{targets: ['127.0.0.1:${ports.exporter}']}]}
  - {job_name: dead, params: {api_key: [hunter22]}, static_configs: [{targets: ['127.0.0.1:${ports.dead}']}]}
  - {job_name: dropped, static_configs: [{targets: ['127.0.0.1:1']}], relabel_configs: [{action: drop, source_labels: [job], regex: dropped}]}
`;

/** Everything on loopback, on free ports, under a folder of its own. Ready when every rule has been evaluated and the silence holds. */
export async function startMonitoring(): Promise<Monitoring> {
  const folder = mkdtempSync(join(tmpdir(), 'lares-real-'));
  const ports = {
    prometheus: await freePort(),
    alertmanager: await freePort(),
    exporter: await freePort(),
    dead: await freePort(),
  };
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const config = write('prometheus.yml', configuration(write('rules.yml', rules), ports));
  const routes = write(
    'alertmanager.yml',
    "route: {receiver: 'null', group_wait: 1s}\nreceivers: [{name: 'null'}]\n",
  );
  const at = (port: number): string => `127.0.0.1:${port}`;
  const exporter = run(programs.node_exporter ?? '', [
    `--web.listen-address=${at(ports.exporter)}`,
  ]);
  const alertmanager = run(programs.alertmanager ?? '', [
    `--config.file=${routes}`,
    `--storage.path=${join(folder, 'am')}`,
    `--web.listen-address=${at(ports.alertmanager)}`,
    '--cluster.listen-address=',
  ]);
  const prometheus = run(programs.prometheus ?? '', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=${at(ports.prometheus)}`,
    '--rules.alert.resend-delay=1s',
  ]);
  const prometheusUrl = `http://${at(ports.prometheus)}`;
  const alertmanagerUrl = `http://${at(ports.alertmanager)}`;
  const ask = async (path: string): Promise<unknown> => (await fetch(prometheusUrl + path)).json();
  const close = async (): Promise<void> => {
    await Promise.all([prometheus, alertmanager, exporter].map((one) => one.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until(
      'alerts reach Alertmanager',
      async () => (await fetch(`${alertmanagerUrl}/api/v2/alerts`)).text(),
      (text) => /Watchdog/.test(text) && /DeadTarget/.test(text) && /Silenced/.test(text),
    );
    await silence(alertmanagerUrl);
    await until(
      'the silence holds',
      async () => (await fetch(`${alertmanagerUrl}/api/v2/alerts?active=false`)).text(),
      (text) => /Silenced/.test(text),
    );
    await until(
      'every rule is evaluated and every target scraped',
      async () => JSON.stringify([await ask('/api/v1/rules'), await ask('/api/v1/targets')]),
      (text) => !text.includes('"health":"unknown"') && text.includes('"health":"err"'),
    );
  } catch (error) {
    await close();
    throw new Error(`${String(error)}\n${prometheus.output()}\n${alertmanager.output()}`);
  }
  return {
    prometheusUrl,
    alertmanagerUrl,
    deadTarget: at(ports.dead),
    ask,
    prometheus,
    alertmanager,
    close,
  };
}

async function silence(alertmanagerUrl: string): Promise<void> {
  const now = Date.now();
  const body = {
    matchers: [{ name: 'alertname', value: 'Silenced', isRegex: false, isEqual: true }],
    startsAt: new Date(now),
    endsAt: new Date(now + 3_600_000),
    createdBy: 'lab',
    comment: 'known',
  };
  const answer = await fetch(`${alertmanagerUrl}/api/v2/silences`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
