import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lab, type LabOptions } from '../../../test/harness.ts';
import { adrift, pictureOf, type Picture } from '../../../test/homelab-map.ts';
import { kindOf, verbs, type Thing } from '../../core/map.ts';
import type { Incident } from '../../demo/incidents/incident.ts';
import { semaphoreIncidents } from '../../demo/incidents/semaphore.ts';
import { hour } from '../../demo/world/clock.ts';
import { createWorld, type World } from '../../demo/world/index.ts';
import { pastTask } from '../../demo/world/semaphore-runs.ts';
import { placesOf } from './host-places.ts';
import { hostsOf } from './inventory-hosts.ts';
import { elsewhere } from './refs.ts';
import type { Inventory } from './schema/index.ts';

async function picture(
  change: (world: World) => void = () => undefined,
  options: LabOptions = {},
): Promise<Picture> {
  const world = createWorld();
  change(world);
  return pictureOf(await lab({ only: ['semaphore'], world, ...options }));
}

const template = (id: number, project = 1) => `job/semaphore/default/template/${project}/${id}`;
const thing = ({ map }: Picture, ref: string): Thing | undefined =>
  [...map.things.values()].find((known) => known.ref === ref);
/** What it acts on. */
const hosts = (all: Picture, ref: string): string[] | undefined =>
  thing(all, ref)
    ?.links.filter(({ how }) => how === 'acts on')
    .map(({ to }) => to);
const failRun = (world: World, id: number, hoursAgo: number): void => {
  const row = world.semaphore.templates.find((candidate) => candidate.id === id);
  if (!row) throw new Error(`no template ${id}`);
  const failed = { host: 'caddy2', message: 'refused' };
  pastTask(world, world.semaphore.tasks, row, world.now() - hoursAgo * hour, 40, { failed });
};

describe('the part of the map', () => {
  test('of the demo: templates and schedules, how they fare, and the hosts within their limits', async () => {
    const all = await picture((world) => failRun(world, 3, 1));
    const { guest } = createWorld();
    const proxies = ['caddy1', 'caddy2'].map((name) => `address/${guest(name).ip}`);
    expect(thing(all, template(3))).toMatchObject({
      title: 'Deploy Caddy',
      state: 'down',
      about: 'job template of Homelab, last run error',
      more: { tool: 'semaphore_list_tasks', arguments: { project: '1', template: '3' } },
    });
    expect(hosts(all, template(3))).toEqual(proxies);
    expect(hosts(all, template(2))).toEqual(expect.arrayContaining(proxies));
    expect(hosts(all, template(2))?.length).toBeLessThan(hosts(all, template(1))?.length ?? 0);
    expect(hosts(all, template(8))).toEqual([`address/${guest('wiki').ip}`]);
    expect(thing(all, 'job/semaphore/default/schedule/1/2')).toMatchObject({
      title: 'Nightly certificates',
      about: 'schedule of Rotate certificates, cron 15 4 * * *',
    });
    expect(hosts(all, 'job/semaphore/default/schedule/1/2')).toEqual(hosts(all, template(2)));
    expect(thing(all, 'job/semaphore/default/schedule/2/5')).toMatchObject({ idle: true });
    expect(thing(all, 'instance/semaphore/default')?.state).toBe('up');
  });

  test('tells no hosts of scripts, of Terraform, and of inventories that are kept elsewhere', async () => {
    const all = await picture();
    for (const id of [4, 5, 6]) expect([id, hosts(all, template(id))]).toEqual([id, []]);
  });

  test.each<[what: string, change: Parameters<typeof Object.assign>[1]]>([
    ['a pattern that only Ansible understands', { limit: ['proxy*'] }],
    ['another inventory among its arguments', { arguments: ['-i', 'other.ini'] }],
    ['an app that goes by no inventory', { app: 'bash' }],
  ])('tells no hosts of a template with %s', async (_what, change) => {
    const all = await picture(({ semaphore }) => {
      for (const row of semaphore.templates) if (row.id === 3) Object.assign(row, change);
    });
    expect(hosts(all, template(3))).toEqual([]);
  });

  test('on 2.10 a template without an app is one of Ansible', async () => {
    const old = await picture(({ semaphore }) => {
      semaphore.version = 'v2.9.64';
    });
    expect(hosts(old, template(3))).toHaveLength(2);
  });

  test('joins only kinds that its verbs join, the hosts weakly, and tells no variable', async () => {
    const { parts } = await picture();
    for (const { ref, links } of parts.flatMap(({ things }) => things))
      for (const { to, how, weak } of links) {
        expect(verbs[how].from).toContain(kindOf(ref));
        expect(verbs[how].to).toContain(kindOf(to));
        expect(weak).toBe(how === 'acts on' ? true : undefined);
      }
    expect(JSON.stringify(parts)).not.toMatch(/Teapot|Lantern|Umbrella/);
  });

  test('the check-up asks nothing for it', async () => {
    const homelab = await lab({ only: ['semaphore'] });
    await homelab.call('service_health');
    const paths = homelab.requests('semaphore').map(({ path }) => path);
    expect(paths.filter((path) => path.includes('/inventory'))).toEqual([]);
  });
});

describe('where Ansible goes', () => {
  const places = (content: string): string[] => {
    const inventory: Inventory = { id: 1, name: 'x', type: 'static', content };
    const known = hostsOf(inventory);
    return known ? placesOf(inventory, known, known.hosts) : ['not static'];
  };

  test.each([
    ['nas', ['name/nas']],
    ['NAS.lab.example.net:2222', ['name/nas.lab.example.net']],
    ['web ansible_host=10.0.20.9', ['address/10.0.20.9']],
    ['web ansible_ssh_host="fd00::9" ansible_port=2222', ['address/fd00::9']],
    ['web ansible_host=nas.lan\nother ansible_host=nas.lan', ['name/nas.lan']],
    ['10.0.20.9:2222', ['address/10.0.20.9']],
    ['[fd00::9]:2222', ['address/fd00::9']],
    ['web[01:12].lan', []],
    ['web ansible_host={{ address }}', []],
    ['web ansible_host="{{ address }}"', []],
    ['localhost\n127.0.0.1', []],
    ['runner ansible_connection=local\nnas', ['name/nas']],
    ['box ansible_connection=community.docker.docker', []],
    ['nas ansible_connection=ssh', ['name/nas']],
    ['win ansible_connection=ansible.builtin.winrm', ['name/win']],
    ['nas\n[all:vars]\nansible_connection=local', []],
    ['nas\n[all:vars]\nansible_user=ops\nansible_connection="ssh"', ['name/nas']],
    ['nas\nweb ansible_host=10.0.20.9\n[g:vars]\nansible_host=10.0.20.1', ['address/10.0.20.9']],
    ['# nas\n; web', []],
    ['', []],
  ])('%j is %j', (content, expected) => {
    expect(places(content)).toEqual(expected);
  });

  test('for any address is that address, however it is written down', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
        const expected = [elsewhere(ip) ?? []].flat();
        expect(places(`web ansible_host=${ip}`)).toEqual(expected);
      }),
    );
  });
});

describe('what Semaphore finds', () => {
  test.each(Object.entries<Incident>(semaphoreIncidents))(
    'is about what is known: %s',
    async (_name, { apply, expect: cause }) => {
      const all = await picture(apply);
      expect(adrift(all, 'semaphore')).toEqual([]);
      const trouble = all.findings.filter(({ severity }) => severity !== 'info');
      expect(trouble.map(({ id }) => id)).toEqual(
        cause === undefined ? [] : [expect.stringContaining(cause)],
      );
      for (const { id, effect } of trouble)
        expect([id, effect]).toEqual([id, id.includes('template-failed') ? 'stops' : 'risk']);
    },
  );

  test('began with the first failure since the last success', async () => {
    const { findings } = await picture((world) => {
      for (const hoursAgo of [6, 4, 2]) failRun(world, 3, hoursAgo);
    });
    const { now } = createWorld();
    const hoursAgo = (now() - Date.parse(findings[0]?.since ?? '')) / hour;
    expect([findings.length, Math.round(hoursAgo)]).toEqual([1, 6]);
  });
});
