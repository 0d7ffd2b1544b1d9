import { describe, expect, it } from 'vitest';
import type { Alert } from '../alerts.ts';
import type { Labels, Rule, Target } from '../schema/index.ts';
import { effectOf, subjectsOf } from './alert-subject.ts';
import { SubjectIndex } from './subject-index.ts';

const target = (job: string, address: string, labels: Labels = {}): Target => ({
  labels: { job, instance: address, ...labels },
  scrapeUrl: `http://${address}/metrics`,
  lastError: '',
  health: 'up',
  job,
  address,
  lastScrapeAt: undefined,
  scrapeSeconds: undefined,
  intervalSeconds: undefined,
});
const rule = (name: string, query: string): Rule => ({
  type: 'alerting',
  name,
  query,
  health: 'ok',
  lastError: undefined,
  state: 'firing',
  lastEvaluation: undefined,
  group: 'x',
});
const indexOf = (targets: readonly Target[], rules: readonly Rule[] = []): SubjectIndex =>
  new SubjectIndex({ instance: 'default', targets, rules } as unknown as ConstructorParameters<
    typeof SubjectIndex
  >[0]);
const alertOf = (name: string, labels: Labels = {}, more: Partial<Alert> = {}): Alert => ({
  name,
  severity: 'critical',
  weight: 'critical',
  state: 'firing',
  since: undefined,
  labels: { alertname: name, ...labels },
  annotations: {},
  value: undefined,
  watchdog: false,
  knownTo: 'prometheus',
  silences: [],
  inhibitedBy: [],
  mutedBy: [],
  ...more,
});

const index = indexOf([
  target('prometheus', 'localhost:9090'),
  target('node', 'nas:9100', { rack: 'a' }),
  target('smart', 'nas:9100'),
  target('node', '10.0.10.5:9100', { host: 'gw1' }),
  target('telegraf', 'telegraf:9273'),
  target('pve', 'pve1:9221'),
  target('cadvisor', 'docker1:8080'),
  target('ups', 'ups1:9199'),
]);
const about = (labels: Labels, name = 'X', more: Partial<Alert> = {}): readonly string[] =>
  subjectsOf(alertOf(name, labels, more), index);

describe('an alert is about what its labels name', () => {
  it.each([
    ['a target', { job: 'node', instance: 'nas:9100' }, ['target/default/node/nas:9100']],
    [
      'a target that no other has the address of',
      { instance: 'ups1:9199' },
      ['target/default/ups/ups1:9199'],
    ],
    ['an address that two targets have', { instance: 'nas:9100' }, ['name/nas']],
    ['the only target of a job', { job: 'ups' }, ['target/default/ups/ups1:9199']],
    ['a job of several targets: nothing', { job: 'node' }, []],
    [
      'what is no target',
      { job: 'probe', instance: 'https://wiki.lab.example.net/x' },
      ['name/wiki.lab.example.net'],
    ],
    ['the loopback of somebody: nothing', { job: 'gone', instance: 'localhost:9323' }, []],
    [
      'a host that another one measured',
      { job: 'telegraf', instance: 'telegraf:9273', host: 'nas' },
      ['name/nas'],
    ],
    [
      'a host that is the target itself',
      { job: 'node', instance: 'nas:9100', nodename: 'nas.lab.example.net' },
      ['target/default/node/nas:9100'],
    ],
    [
      'a host by a label of the target',
      { job: 'node', instance: '10.0.10.5:9100', host: 'gw1' },
      ['target/default/node/10.0.10.5:9100'],
    ],
    [
      'the node where a target runs: the target',
      { job: 'node', instance: 'nas:9100', node: 'pve1' },
      ['target/default/node/nas:9100'],
    ],
    ['a node alone', { node: 'pve1' }, ['name/pve1']],
    [
      'a guest by its id and name',
      { job: 'pve', instance: 'pve1:9221', id: 'lxc/105', name: 'wiki' },
      ['name/wiki'],
    ],
    [
      'a guest by its id alone, whose name is not known: nothing',
      { job: 'pve', instance: 'pve1:9221', id: 'qemu/105' },
      [],
    ],
    ['a node by its id', { job: 'pve', instance: 'pve1:9221', id: 'node/pve2' }, ['name/pve2']],
    [
      'a storage: nothing',
      { job: 'pve', instance: 'pve1:9221', id: 'storage/pve1/local', name: 'local' },
      [],
    ],
    [
      'a container, which is no host of that name',
      { job: 'cadvisor', instance: 'docker1:8080', id: '/docker/4f1c', name: 'wiki' },
      ['target/default/cadvisor/docker1:8080'],
    ],
    ['a unit alone: nothing', { name: 'nginx.service' }, []],
    ['nothing', {}, []],
  ])('%s', (_, labels, refs) => expect(about(labels)).toEqual(refs));

  it('and is about Prometheus where Prometheus speaks of itself', () => {
    const own = ['instance/prometheus/default'];
    expect(about({ job: 'prometheus', instance: 'localhost:9090' }, 'PrometheusBadConfig')).toEqual(
      own,
    );
    expect(about({ job: 'prometheus' }, 'PrometheusBadConfig')).toEqual(own);
    expect(about({}, 'PrometheusJobMissing')).toEqual(own);
    expect(about({ job: 'node', instance: 'nas:9100' }, 'PrometheusTargetMissing')).toEqual([
      'target/default/node/nas:9100',
    ]);
    expect(about({ job: 'node' }, 'PrometheusJobMissing')).toEqual([]);
  });

  it('and of another server that shares the Alertmanager is about no target of this one', () => {
    const stranger = { knownTo: 'alertmanager' } as const;
    expect(
      about({ job: 'prometheus', instance: 'localhost:9090' }, 'PrometheusBadConfig', stranger),
    ).toEqual([]);
    expect(about({ job: 'node', instance: 'nas:9100' }, 'X', stranger)).toEqual(['name/nas']);
  });
});

describe('an alert says that something is gone', () => {
  const effect = (name: string, query?: string, more: Partial<Alert> = {}) =>
    effectOf(
      alertOf(name, {}, more),
      true,
      indexOf([], query === undefined ? [] : [rule(name, query)]).rules,
    );
  it.each([
    ['HostDown'],
    ['InstanceDown'],
    ['host_is_unreachable'],
    ['VMDown'],
    ['PrometheusTargetDown'],
    ['BlackboxProbeFailed'],
    ['NodesOffline'],
  ])('by its name: %s', (name) => expect(effect(name)).toBe('stops'));
  it.each([
    ['up == 0'],
    ['up{job="node"}==0'],
    ['(probe_success{job=~"a|b"} == 0)'],
    ['pve_up{id=~"lxc/.*"} == 0 and on(id) pve_onboot_status == 1'],
  ])('by its expression: %s', (query) => expect(effect('Trouble', query)).toBe('stops'));
  it.each([
    ['GhostDown'],
    ['DiskDead'],
    ['NetworkInterfaceDown'],
    ['ThroughputDown'],
    ['HostDownloadSlow'],
    ['GuestBackupFailed'],
    ['TargetMissing'],
  ])('but not by that: %s', (name) => expect(effect(name)).toBe('degrades'));
  it.each([
    ['node_load1 > 5 unless up == 0'],
    ['up == 1'],
    ['count(up == 0) > 3'],
    ['node_network_up == 0'],
    ['up{job="x"} < 0.5'],
  ])('nor by that: %s', (query) => expect(effect('Trouble', query)).toBe('degrades'));
  it('and one that is silenced, or names nothing, leads nowhere', () => {
    const silences = [{ id: 'x', createdBy: 'a', comment: '', endsAt: undefined }];
    expect(effect('DiskFull', undefined, { silences })).toBe('note');
    expect(effect('HostDown', undefined, { silences })).toBe('stops');
    expect(effect('DiskFull', undefined, { weight: 'warning' })).toBe('risk');
    expect(effect('DiskFull', undefined, { weight: 'info' })).toBe('note');
    expect(effectOf(alertOf('HostDown'), false, new Map())).toBe('risk');
  });
});
