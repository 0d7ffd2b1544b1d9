import { rows } from '../../core/fleet.ts';
import type { KnownThing } from '../../core/inventory.ts';
import { inventory as defineInventory } from './client.ts';
import { anyHost, sitesOf } from './sites.ts';
import { thingsOf } from './things.ts';

/** Every host that is served, and the upstreams behind it. */
export const inventory = defineInventory(async (caddy) => {
  const answers = await caddy.all(async (instance) => sitesOf(await instance.config()));
  const sites = rows(answers).filter(({ host }) => host !== anyHost);
  const known = [...new Set(sites.map(({ host }) => host))].map((host): KnownThing => {
    const versions = sites.filter((site) => site.host === host);
    const upstreams = new Set(
      versions.flatMap(({ rules }) =>
        rules.flatMap((rule) => rule.upstreams.map(({ address }) => address)),
      ),
    );
    const on = [...new Set(versions.map(({ instance }) => instance))];
    return {
      kind: 'site',
      id: host,
      about: `served${caddy.names.length > on.length ? ` by ${on.join(', ')} only` : ''}${upstreams.size === 0 ? ', no upstream' : ''}`,
      points: [...upstreams],
      more: { tool: 'caddy_list_sites', arguments: { host } },
    };
  });
  const observed = answers.map(({ instance, value }) => ({
    instance,
    sites: value,
    upstreams: undefined,
    metrics: undefined,
  }));
  return { known, things: thingsOf(observed, caddy.names), whole: ['site', 'upstream'], gaps: [] };
});
