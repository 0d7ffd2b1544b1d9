import { count } from '../../core/base/units.ts';
import { askAbout, thingsToAsk, type Asked, type Happening } from '../../core/lately.ts';
import type { Thing } from '../../core/map.ts';
import { lately as defineLately, type Graylog } from './client.ts';
import { shapesOf } from './message-shapes.ts';
import { lastSeconds } from './window.ts';

/** Sources that are asked about, messages that are read for their shapes, and shapes that are told. */
const limits = { sources: 4, sample: 100, shapes: 2 };
const daySeconds = 86_400;

/** How many errors the sources of these things logged in the last day, and what most of them say: one search a server. */
export const lately = defineLately((fleet, things) => {
  const sources = thingsToAsk(things, 'source', fleet, limits.sources);
  const instances = [...new Set(sources.map(({ instance }) => instance))];
  return askAbout(
    instances,
    () => 'errors of the last day',
    (instance) =>
      errorsOf(
        sources.filter((source) => source.instance === instance),
        fleet.on(instance),
      ),
  );
});

async function errorsOf(sources: readonly Asked<Thing>[], graylog: Graylog): Promise<Happening[]> {
  const titles = sources.map(({ thing }) => thing.title);
  const names = titles.map((title) => `"${title.replace(/["\\]/g, '\\$&')}"`);
  const { errors } = await graylog.search({
    errors: {
      query: `(${graylog.settings.errorQuery}) AND source:(${names.join(' OR ')})`,
      range: lastSeconds(daySeconds),
      limit: limits.sample,
    },
  });
  const from = titles.join(', ');
  if (errors.total === 0) return [{ text: `no errors logged by ${from} in the last day` }];
  const shapes = shapesOf(errors.messages.map(({ text = '' }) => text)).slice(0, limits.shapes);
  const isSample = errors.total > errors.messages.length;
  const sample = isSample ? ` (of the newest ${count(errors.messages.length)})` : '';
  return [
    {
      text: `${count(errors.total)} errors logged by ${from} in the last day, most often${sample}`,
      quotes: shapes.map(({ example, count: times }) => `${count(times)}× ${example}`),
    },
  ];
}
