import { percent } from '../../core/base/units.ts';
import { askAbout, thingsToAsk, type Asked, type Happening } from '../../core/lately.ts';
import type { Thing } from '../../core/map.ts';
import { lately as defineLately } from './client.ts';
import type { Series } from './schema/index.ts';

/** Targets that are asked about. */
const limit = 3;

/** Which alerts fired in the last day for these targets, and how long each could not be scraped: one query a server. */
export const lately = defineLately((fleet, things) => {
  const targets = thingsToAsk(things, 'target', fleet, limit);
  const instances = [...new Set(targets.map(({ instance }) => instance))];
  return askAbout(
    instances,
    () => 'alerts and scrapes of the last day',
    async (instance) => {
      const own = targets.filter((target) => target.instance === instance);
      const { series } = await fleet.on(instance).query(queryOf(own), fleet.now() / 1000);
      return series.flatMap(lineOf);
    },
  );
});

const queryOf = (targets: readonly Asked<Thing>[]): string =>
  targets
    .map(({ id, thing }) => {
      // The ref is `<job>/<instance label>`, and both may hold a slash.
      const job = JSON.stringify(id.slice(0, -thing.title.length - 1));
      const labels = `job=${job},instance=${JSON.stringify(thing.title)}`;
      return `count_over_time(ALERTS{alertstate="firing",${labels}}[1d]) or avg_over_time(up{${labels}}[1d])`;
    })
    .join(' or ');

function lineOf({ labels, samples: [sample] }: Series): Happening[] {
  const target = labels['instance'] ?? '';
  if (labels['alertname'] !== undefined)
    return [{ text: `alert ${labels['alertname']} fired for ${target} within the last day` }];
  const up = Number(sample?.value);
  if (Number.isNaN(up) || up >= 1) return [];
  return [{ text: `${target} could not be scraped for ${percent(1 - up)} of the last day` }];
}
