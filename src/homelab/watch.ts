import type { MemoKey } from '../core/memo.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Latest } from './latest-health.ts';

/** What somebody listens for: resources by their URI, and whether the list of resources changes. */
export interface Wants {
  uris: ReadonlySet<string>;
  list: boolean;
}

export type Change = { kind: 'resource_updated'; uri: string } | { kind: 'resources_list_changed' };

interface Listener {
  wants: Wants;
  tell(change: Change): void;
}

export const watchedUri = 'lares://health';
const docsPrefix = 'lares://docs';

/** Whether a change of it would be told. */
export const isWatched = (uri: string): boolean =>
  uri === watchedUri || uri === docsPrefix || uri.startsWith(`${docsPrefix}/`);

const wantsHealth = ({ wants }: Listener): boolean => wants.uris.has(watchedUri);
const wantsDocs = ({ wants }: Listener): boolean =>
  wants.list || [...wants.uris].some((uri) => uri.startsWith(docsPrefix));

/** The one look at a house in the background, for all who listen: it begins with the first of them and ends with the last. */
export class Watch {
  readonly #house: Runtime;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #health: string | undefined;
  #documents: ReadonlyMap<string, string> | undefined;

  readonly #hasDocs: boolean;

  constructor(runtime: Runtime) {
    this.#house = runtime;
    this.#hasDocs = runtime.globals.docs !== undefined && runtime.only === undefined;
  }

  /** Whether it looks by itself now. */
  get running(): boolean {
    return this.#timer !== undefined || this.#looking !== undefined;
  }

  /** Tells every change until the function it returns is called. What was there at the beginning is no change. */
  listen(wants: Wants, tell: (change: Change) => void): () => void {
    const listener = { wants, tell };
    const docs = this.#hasDocs && wantsDocs(listener);
    if (!wantsHealth(listener) && !docs) return () => undefined;
    this.#listeners.add(listener);
    if (
      (wantsHealth(listener) && this.#health === undefined) ||
      (docs && this.#documents === undefined)
    )
      void this.look(this.#house.globals.refreshMs / 2);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  /** Looks now, and tells what is different from the last look. A verdict that is younger than `maxAgeMs` will do. */
  look(maxAgeMs = -1): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const before = this.#looking ?? Promise.resolve();
    const mine = before
      .then(() => this.#look(maxAgeMs))
      .catch(() => undefined)
      .finally(() => {
        if (this.#looking !== mine) return;
        this.#looking = undefined;
        const { refreshMs } = this.#house.globals;
        if (this.#listeners.size > 0)
          this.#timer = setTimeout(() => void this.look(refreshMs / 2), refreshMs).unref();
      });
    this.#looking = mine;
    return mine;
  }

  async #look(maxAgeMs: number): Promise<void> {
    const listeners = [...this.#listeners];
    await Promise.all([
      listeners.some(wantsHealth) && this.#lookAtHealth(maxAgeMs),
      this.#hasDocs && listeners.some(wantsDocs) && this.#lookAtDocuments(),
    ]);
  }

  async #lookAtHealth(maxAgeMs: number): Promise<void> {
    const { fingerprint, healthOf } = await import('./latest-health.ts');
    const now = fingerprint((await healthOf(this.#house, maxAgeMs)) satisfies Latest);
    if (this.#health !== undefined && this.#health !== now)
      this.#tell({ kind: 'resource_updated', uri: watchedUri });
    this.#health = now;
  }

  async #lookAtDocuments(): Promise<void> {
    const [{ documentsIn, signatureOf }, { documentUri }] = await Promise.all([
      import('./documents/folder.ts'),
      import('./resources/list.ts'),
    ]);
    const { docs } = this.#house.globals;
    if (docs === undefined) return;
    const now = signatureOf(await documentsIn(docs));
    const before = this.#documents;
    this.#documents = now;
    if (!before) return;
    const changed = [...new Set([...before.keys(), ...now.keys()])].filter(
      (path) => before.get(path) !== now.get(path),
    );
    if (changed.length === 0) return;
    this.#tell({ kind: 'resources_list_changed' });
    for (const uri of [docsPrefix, ...changed.map(documentUri)])
      this.#tell({ kind: 'resource_updated', uri });
  }

  #tell(change: Change): void {
    for (const { wants, tell } of this.#listeners)
      if (change.kind === 'resources_list_changed' ? wants.list : wants.uris.has(change.uri))
        tell(change);
  }

  /** The end of its runtime: whoever still listens hears nothing any more. */
  stop(): void {
    this.#listeners.clear();
    this.#rest();
  }

  /** What was seen is old by the time that somebody listens again. */
  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#health = undefined;
    this.#documents = undefined;
  }
}

const watches: MemoKey<Watch> = { name: 'watch', dispose: (watch) => watch.stop() };

export const watchOf = (runtime: Runtime): Watch =>
  runtime.memo.get(watches, () => new Watch(runtime));
