import { kindOf, type Ref, type Thing } from '../../core/map.ts';
import type { Gap } from '../../core/gap.ts';
import type { MemoKey } from '../../core/memo.ts';
import { mapLimited } from '../../core/base/pool.ts';
import { plural } from '../../core/base/units.ts';
import type { ConfiguredService, Runtime } from '../../core/runtime.ts';
import { inventoryIn } from '../inventory.ts';
import type { ServiceState } from '../service-state.ts';
import type { MapPart } from './map.ts';

/** Guests read at once; more than so many unread ones are read in one go, which their service bounds itself. */
const concurrency = 2;
const fewGuests = 6;
/** What was read holds so long, unless the guest changes its state: a lease may be another one then. */
const maxAgeMs = 30 * 60_000;
/** Addresses ask each guest by itself. */
const patience = 4;
/** Whoever just got a verdict asks something else next: that comes first. */
const pauseMs = 2_000;

/** What was read of one guest. */
interface Reading {
  at: number;
  /** How the guest was then. */
  state: Thing['state'];
  addresses: readonly Thing[];
}

/**
 * The addresses of guests, which no check-up reads: asking each guest takes longer than a verdict may.
 * They are read in the background after a look and serve the next one; of a guest that has stopped its last ones are kept, and marked.
 */
export class GuestAddresses {
  readonly #readings = new Map<Ref, Reading>();
  readonly #runtime: Runtime;
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** What is known of the guests that these states name. */
  parts(states: readonly ServiceState[]): MapPart[] {
    return states.map(({ title, things }) => ({
      by: title,
      things: things.flatMap((guest) => this.#known(guest)),
    }));
  }

  /** Guests that work and whose addresses nobody has told yet. */
  gaps(states: readonly ServiceState[]): Gap[] {
    const unread = states.flatMap((state) => this.#unread(state));
    return unread.length === 0
      ? []
      : [{ what: `addresses of ${plural(unread.length, 'guest')}`, why: 'not read yet' }];
  }

  /** Reads what is not known yet, and returns when that is over; one reading at a time, and nobody has to wait for it. */
  read(states: readonly ServiceState[], services: readonly ConfiguredService[]): Promise<void> {
    this.#reading ??= this.#readAll(states, services).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** The same a little later, for the next look. A program that has nothing else to do does not wait for it. */
  readLater(states: readonly ServiceState[], services: readonly ConfiguredService[]): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(states, services), pauseMs).unref();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #known(guest: Thing): Thing[] {
    const reading = this.#readings.get(guest.ref);
    if (!reading) return [];
    if (guest.state === 'up') return [...reading.addresses];
    return reading.addresses.map((address) => ({
      ...address,
      links: address.links.map((link) => ({ ...link, weak: true as const })),
    }));
  }

  #unread({ things }: ServiceState): Thing[] {
    const told = addressedIn(things);
    const oldest = this.#runtime.now() - maxAgeMs;
    return things.filter(({ ref, state, idle }) => {
      if (kindOf(ref) !== 'guest' || state !== 'up' || idle || told.has(ref)) return false;
      const reading = this.#readings.get(ref);
      return !reading || reading.state !== state || reading.at < oldest;
    });
  }

  async #readAll(
    states: readonly ServiceState[],
    services: readonly ConfiguredService[],
  ): Promise<void> {
    this.#forget(states);
    for (const state of states) {
      const configured = services.find(({ service }) => service.id === state.service);
      const unread = this.#unread(state);
      if (!configured || unread.length === 0) continue;
      if (unread.length > fewGuests) await this.#readIn(configured, 'addresses', unread);
      else
        await mapLimited(unread, concurrency, (guest) =>
          this.#readIn(configured, { addressesOf: guest.ref.split('/').at(-1) ?? '' }, [guest]),
        );
    }
  }

  /** Guests that are not there any more, where their service tells of any. */
  #forget(states: readonly ServiceState[]): void {
    const refs = new Set(states.flatMap(({ things }) => things.map(({ ref }) => ref)));
    if (![...refs].some((ref) => kindOf(ref) === 'guest')) return;
    for (const ref of this.#readings.keys()) if (!refs.has(ref)) this.#readings.delete(ref);
  }

  async #readIn(
    configured: ConfiguredService,
    depth: 'addresses' | { addressesOf: string },
    guests: readonly Thing[],
  ): Promise<void> {
    if (this.#isClosed) return;
    const deadlineMs = this.#runtime.globals.deadlineMs * patience;
    const { things } = await inventoryIn(configured, this.#runtime, depth, deadlineMs);
    const at = this.#runtime.now();
    for (const { ref, state } of guests) {
      const addresses = things.filter(
        (thing) => kindOf(thing.ref) === 'address' && thing.links.some(({ to }) => to === ref),
      );
      // What was not answered this time is not taken for gone.
      const before = this.#readings.get(ref)?.addresses ?? [];
      this.#readings.set(ref, {
        at,
        state,
        addresses: addresses.length > 0 ? addresses : before,
      });
    }
  }
}

/** What the check-up itself knows the addresses of. */
function addressedIn(things: readonly Thing[]): ReadonlySet<Ref> {
  return new Set(
    things
      .filter(({ ref }) => kindOf(ref) === 'address')
      .flatMap(({ links }) => links.map(({ to }) => to)),
  );
}

const kept: MemoKey<GuestAddresses> = {
  name: 'guest addresses',
  dispose: (addresses) => addresses.close(),
};

export const guestAddressesOf = (runtime: Runtime): GuestAddresses =>
  runtime.memo.get(kept, () => new GuestAddresses(runtime));
