import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lab, type LabOptions } from '../../../test/harness.ts';
import { adrift, pictureOf, type Picture } from '../../../test/homelab-map.ts';
import { placeOf, verbs, kindOf, type Thing } from '../../core/map.ts';
import type { Incident } from '../../demo/incidents/incident.ts';
import { n8nIncidents } from '../../demo/incidents/n8n.ts';
import { hour } from '../../demo/world/clock.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { addRun } from '../../demo/world/n8n.ts';
import { incidentsOf } from '../../homelab/incidents/incidents.ts';
import { HomelabMap } from '../../homelab/map/map.ts';
import { requestHost } from './request-host.ts';
import { Workflow } from './schema/index.ts';
import { thingsOf } from './things.ts';

const backupReport = 'bK4pRn7Zt2VqWm9x';
const paperlessInbox = 'pL8sXc3Df6GhJk1q';

async function picture(
  change: (world: World) => void = () => undefined,
  options: LabOptions = {},
): Promise<Picture> {
  const world = createWorld();
  change(world);
  return pictureOf(await lab({ only: ['n8n'], world, ...options }));
}

const thing = ({ map }: Picture, id: string) => map.things.get(`workflow/default/${id}`);
const fail = ({ n8n, now }: World, workflow: string, hoursAgo: number): void => {
  addRun(n8n.runs, { workflow, startedAt: now() - hoursAgo * hour, status: 'error' });
};

describe('the part of the map', () => {
  test('of the demo: each workflow, how it fares, and the hosts that it calls', async () => {
    const all = await picture((world) => fail(world, backupReport, 1));
    expect(thing(all, paperlessInbox)).toMatchObject({
      title: 'Paperless inbox',
      state: 'up',
      about: 'active workflow, webhook',
      more: { tool: 'n8n_list_executions', arguments: { workflow: paperlessInbox } },
      links: [
        { to: 'instance/n8n/default', how: 'served by' },
        { to: 'name/api.example.net', how: 'acts on' },
        { to: 'name/paperless.lab.example.net', how: 'acts on' },
      ],
    });
    expect(thing(all, backupReport)?.state).toBe('down');
    expect(thing(all, 'wA7iTq4Zx9CvBn6m')?.state).toBe('unknown');
    expect(thing(all, 'oL2dSy7Nc4PhOt0s')).toMatchObject({ title: 'Old photo sync', idle: true });
    expect(thing(all, 'tE6sT1ng8Scr4tch')).toBeUndefined();
    expect(all.map.things.get('instance/n8n/default')?.state).toBe('up');
  });

  test('joins only kinds that its verbs join, and carries nothing that was typed but hosts', async () => {
    const { parts } = await picture();
    for (const { ref, links } of parts.flatMap(({ things }) => things))
      for (const { to, how } of links) {
        expect(verbs[how].from).toContain(kindOf(ref));
        expect(verbs[how].to).toContain(kindOf(to));
      }
    expect(JSON.stringify(parts)).not.toMatch(/apikey|tk_live|https?:/);
  });

  test('where successes are not stored a failure says nothing of the workflow', async () => {
    const all = await picture((world) => {
      world.n8n.savesSuccesses = false;
      world.n8n.runs = [];
      fail(world, backupReport, 1);
    });
    expect(thing(all, backupReport)?.state).toBe('unknown');
    expect(all.findings).toMatchObject([{ effect: 'note', severity: 'info' }]);
  });

  test('the version that runs says where requests go, not the one in the editor', () => {
    const step = (url: string, disabled = false) => ({
      type: 'n8n-nodes-base.httpRequest',
      disabled,
      parameters: { url },
    });
    const row = {
      id: '1',
      name: 'Sync',
      nodes: [step('http://new.lan/')],
      activeVersion: { nodes: [step('http://old.lan:8080/x'), step('http://off.lan', true)] },
    };
    expect(Workflow.parse({ ...row, active: true }).hosts).toEqual(['old.lan:8080']);
    expect(Workflow.parse({ ...row, active: false }).hosts).toEqual(['new.lan']);
    for (const parameters of [undefined, null, [], { url: 7 }, 'x'])
      expect(
        Workflow.parse({
          ...row,
          active: false,
          nodes: [{ type: 'n8n-nodes-base.set', parameters }],
        }).hosts,
      ).toEqual([]);
  });
});

describe('the host of a request', () => {
  test.each([
    ['http://10.0.20.9:8080/x?y=1', '10.0.20.9:8080'],
    ['https://[fd00::9]:443/', '[fd00::9]:443'],
    ['HTTPS://NAS.lan', 'NAS.lan'],
    ['https://ops:p@ss@nas.lan/x', 'nas.lan'],
    ['=https://nas.lan/{{ $json.id }}', 'nas.lan'],
    ['=https://nas.lan:{{ $json.port }}/', undefined],
    ['=https://{{ $json.host }}/x', undefined],
    ['=https://nas{{$json.n}}.lan/x', undefined],
    ['={{ $json.url }}', undefined],
    ['={{ "http://nas.lan" }}', undefined],
    ['nas.lan/x', undefined],
    ['/relative', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s', (url, host) => {
    expect(requestHost(url)).toBe(host);
  });

  test('of every address leads to that address, and no credentials go along', () => {
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6().map((ip) => `[${ip}]`),
    );
    fc.assert(
      fc.property(address, fc.webPath(), fc.boolean(), (ip, path, credentials) => {
        const host = requestHost(`http://${credentials ? 'ops:geheim@' : ''}${ip}:8080${path}`);
        expect(host).toBe(`${ip}:8080`);
        expect(placeOf(host ?? '')).toBe(placeOf(ip));
      }),
    );
  });
});

describe('what n8n finds', () => {
  test.each(Object.entries<Incident>(n8nIncidents))(
    'is about what is known: %s',
    async (_name, { apply, expect: cause }) => {
      const all = await picture(apply);
      expect(adrift(all, 'n8n')).toEqual([]);
      const ids = all.findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id);
      expect(ids).toEqual(cause === undefined ? [] : [expect.stringContaining(cause)]);
    },
  );

  test('is about what is known where workflows may not be listed, or are not active', async () => {
    const sleeping = await picture((world) => {
      addRun(world.n8n.runs, {
        workflow: 'oL2dSy7Nc4PhOt0s',
        startedAt: world.now() - 9 * hour,
        status: 'running',
      });
    });
    expect([sleeping.findings.map(({ about }) => about), adrift(sleeping, 'n8n')]).toEqual([
      [['workflow/default/oL2dSy7Nc4PhOt0s']],
      [],
    ]);
    const old = await picture(({ n8n }) => {
      n8n.version = '1.123.81';
    });
    expect(old.findings).toMatchObject([{ about: ['instance/n8n/default'], effect: 'note' }]);
    expect(adrift(old, 'n8n')).toEqual([]);
  });

  test('began with the first failure since the last success', async () => {
    const { findings } = await picture((world) => {
      for (const hoursAgo of [3, 2, 1]) fail(world, paperlessInbox, hoursAgo);
    });
    expect(findings).toHaveLength(1);
    const hoursAgo = (createWorld().now() - Date.parse(findings[0]?.since ?? '')) / hour;
    expect(Math.round(hoursAgo)).toBe(3);
  });

  test('follows from the host that a workflow calls, unless it failed before that broke', async () => {
    const { parts, findings } = await picture((world) => {
      for (const hoursAgo of [3, 1]) fail(world, paperlessInbox, hoursAgo);
    });
    const now = createWorld().now();
    const guest: Thing = { ref: 'guest/default/30061', title: 'paperless', links: [] };
    const name: Thing = {
      ref: 'name/paperless.lab.example.net',
      title: 'paperless.lab.example.net',
      links: [{ to: 'address/10.0.30.61', how: 'resolves to' }],
    };
    const address: Thing = {
      ref: 'address/10.0.30.61',
      title: '10.0.30.61',
      links: [{ to: guest.ref, how: 'belongs to' }],
    };
    const map = new HomelabMap([...parts, { by: 'test', things: [guest, name, address] }]);
    const stoppedSince = (hoursAgo: number) => ({
      id: 'proxmox.guest-down/30061',
      severity: 'critical' as const,
      about: [guest.ref],
      effect: 'stops' as const,
      since: new Date(now - hoursAgo * hour).toISOString(),
    });
    expect(incidentsOf([stoppedSince(4), ...findings], map)).toMatchObject([
      { id: 'proxmox.guest-down/30061', consequences: [{ finding: { id: findings[0]?.id } }] },
    ]);
    expect(incidentsOf([stoppedSince(2), ...findings], map)).toHaveLength(2);
  });
});

test('several are told apart by their names', () => {
  const things = thingsOf({ instance: 'home', several: true, workflows: [], nameless: ['7', '7'] });
  expect(things.map(({ ref, title, more }) => [ref, title, more?.arguments])).toEqual([
    ['instance/n8n/home', 'n8n home', { instance: 'home' }],
    ['workflow/home/7', 'workflow 7', { workflow: '7', instance: 'home' }],
  ]);
});
