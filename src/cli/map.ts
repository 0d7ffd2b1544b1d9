import { errorText, pageText } from '../core/call.ts';
import { InputError } from '../core/base/errors.ts';
import type { Json } from '../core/base/json.ts';
import { nearest } from '../core/base/nearest.ts';
import { inFull, redactValues } from '../core/config/secret-shapes.ts';
import type { Ref } from '../core/map.ts';
import type { Runtime } from '../core/runtime.ts';
import { lookWithAddresses, type Look } from '../homelab/look.ts';
import { dotOf } from '../homelab/map/dot.ts';
import { thingsCalled } from '../homelab/map/find-things.ts';
import type { HomelabMap, MappedThing } from '../homelab/map/map.ts';
import { mapText, thingText } from '../homelab/map/map-text.ts';
import { mapGaps } from '../homelab/resources/map.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';

interface MapOptions extends Common {
  dot?: boolean;
}

export const mapCommand = defineCommand({
  name: 'map',
  summary: 'what stands on what: guests, addresses, names, sites, targets, backups',
  arguments: [
    {
      syntax: '[name]',
      description:
        'only this, with what it stands on and what stands on it: web1, 10.0.20.9, a URL',
    },
  ],
  options: [
    { flags: '--dot', description: 'for Graphviz: lares map --dot | dot -Tsvg', conflicts: 'json' },
  ],
  common: 'all',
  examples: () =>
    [
      'Examples:',
      '  lares map                     everything, one line a thing',
      '  lares map web1                what web1 stands on, and what stops with it',
      '  lares map 10.0.20.9 --json    the same as data',
      '  lares map --dot > map.dot     a picture: dashed is likely, dotted only documented',
      '',
      'Links lead from what depends to what it depends on. What is joined by a host name alone is',
      'called likely; what is only written down is documented, and no fault is explained by it.',
    ].join('\n'),
  run: (name: string | undefined, options: MapOptions) => showMap(name, options),
});

/** Exit code 2: nothing is called so, or nothing is known of something, as where no service is configured. */
function showMap(name: string | undefined, options: MapOptions): Promise<number> {
  return withRuntime(options, async (runtime) => {
    try {
      const look = await lookWithAddresses(runtime);
      const chosen = name === undefined ? undefined : thingsNamed(name, look.map);
      if (options.json)
        printJson(redactValues(dataOf(look, chosen) as Json, inFull(runtime.redact)));
      else if (options.dot) print(runtime.redact(dotOf(look.map, chosen && around(chosen, look))));
      else print(textOf(look, chosen, runtime));
      const isComplete = mapGaps(look).length === 0 && look.states.some(({ answered }) => answered);
      return isComplete ? exit.fine : exit.unchecked;
    } catch (error) {
      process.stderr.write(`lares: ${errorText(runtime, error)}\n`);
      return exit.unchecked;
    }
  });
}

const textOf = (look: Look, chosen: readonly MappedThing[] | undefined, runtime: Runtime): string =>
  pageText(
    runtime,
    chosen === undefined
      ? mapText(look.map, mapGaps(look))
      : chosen.map((thing) => thingText(thing, look.map)).join('\n\n'),
  );

function thingsNamed(name: string, map: HomelabMap): MappedThing[] {
  const things = thingsCalled(name, map);
  if (things.length > 0) return things;
  const near = nearest(
    name,
    [...map.things.values()].map(({ title }) => title),
  );
  throw new InputError(`Nothing on the map is called ${JSON.stringify(name)}`, {
    hint: near === undefined ? '`lares map` lists everything.' : `Did you mean ${near}?`,
  });
}

/** What is chosen, all below it and all above it. */
const around = (chosen: readonly MappedThing[], { map }: Look): ReadonlySet<Ref> =>
  new Set(chosen.flatMap(({ ref }) => [ref, ...map.foundation(ref), ...map.dependants(ref)]));

function dataOf(look: Look, chosen: readonly MappedThing[] | undefined): unknown {
  const { map, at } = look;
  const gaps = mapGaps(look);
  if (chosen === undefined)
    return {
      checkedAt: new Date(at).toISOString(),
      things: [...map.things.values()],
      conflicts: map.conflicts,
      gaps,
    };
  return {
    checkedAt: new Date(at).toISOString(),
    things: chosen.map((thing) => ({
      ...thing,
      standsOn: map.foundation(thing.ref),
      carries: map.dependants(thing.ref),
    })),
    gaps,
  };
}
