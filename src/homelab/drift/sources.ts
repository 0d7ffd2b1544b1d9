import { raceAbort } from '../../core/base/abortable.ts';
import type { OwnComparisons, OwnRule } from '../../core/drift.ts';
import type { AddressPool } from '../../core/inventory.ts';
import type { Kind } from '../../core/map.ts';
import type { ConfiguredService, Runtime } from '../../core/runtime.ts';
import { inventoryIn } from '../inventory.ts';
import { lookOf } from '../look.ts';
import { guestAddressesOf } from '../map/guest-addresses.ts';
import { HomelabMap, type MapPart } from '../map/map.ts';
import { mapParts } from '../map/parts.ts';
import type { ServiceState } from '../service-state.ts';

/** One service as a side of comparisons. */
export interface Source {
  title: string;
  /** Kinds of things it is asked for. */
  describes: readonly Kind[];
  /** Those of which it told all there are. */
  whole: ReadonlySet<Kind>;
  /** Rules that it goes by within itself. */
  compares: readonly OwnRule[];
  /** What came of them; a rule that is not there could not be gone by. */
  own: OwnComparisons;
  /** Why there may be more than it told; none: it was not asked for that, or does not say. */
  reasons: readonly string[];
}

/** All sources, and what they tell joined. */
export interface Sources {
  sources: readonly Source[];
  map: HomelabMap;
  /** Addresses that something gives out, as any of them tells. */
  pools: readonly AddressPool[];
}

/** Addresses ask each guest by itself. */
const patience = 4;

/** Asks everything that a runtime may ask: what it may not is neither joined nor named. */
export async function readSources(runtime: Runtime, signal: AbortSignal): Promise<Sources> {
  const configured = runtime.services.filter(({ state }) => state !== 'off');
  const [look, inventories] = await Promise.all([
    raceAbort(signal, lookOf(runtime)),
    Promise.all(configured.map((service) => askInventory(service, runtime, signal))),
  ]);
  const sources = configured.map((service, i) =>
    sourceOf(
      service,
      look.seen.find((state) => state.service === service.service.id),
      inventories[i],
    ),
  );
  const map = new HomelabMap([
    ...mapParts(look.seen, runtime.services),
    ...guestAddressesOf(runtime).parts(look.seen),
    ...inventories.map((inventory, i) => partOf(sources[i], inventory)),
  ]);
  return { sources, map, pools: inventories.flatMap(({ pools = [] }) => pools) };
}

type Told = Awaited<ReturnType<typeof inventoryIn>>;

const askInventory = async (
  configured: ConfiguredService,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Told> =>
  configured.state === 'on'
    ? inventoryIn(configured, runtime, 'addresses', runtime.globals.deadlineMs * patience, signal)
    : { entries: [], things: [], gaps: [] };

/** Where a part of the machines is not known, that a name is unique is not known either. */
const partOf = (source: Source | undefined, inventory: Told | undefined): MapPart => ({
  by: source?.title ?? '',
  things: inventory?.things ?? [],
  partial: source?.describes.includes('guest') === true && !source.whole.has('guest'),
});

function sourceOf(
  { service, instances }: ConfiguredService,
  state: ServiceState | undefined,
  inventory: Told | undefined,
): Source {
  const { title, describes = [], compares = [] } = service;
  const silent = state?.silentInstances ?? [];
  return {
    title,
    describes,
    whole: new Set(inventory?.whole ?? []),
    // A pair is two: one alone is compared with nothing.
    compares: compares.filter((rule) => rule !== 'pair-apart' || instances.size > 1),
    own: state?.drift ?? {},
    reasons: [
      ...(state?.problem === undefined ? [] : [`${title}: ${state.problem}`]),
      ...silent.map(({ name, verb }) => `${title} ${name} ${verb}`),
      ...(inventory?.gaps ?? []).map(({ what, why }) => `${what}: ${why}`),
      ...(state?.gaps ?? [])
        .filter(({ extra }) => !extra)
        .map(({ what, why }) => `${title}: ${what}: ${why}`),
    ],
  };
}
