import type { Labels } from './schema/index.ts';

/** Items whose labels have the same names; by their values, in the order of `names`. */
interface Shape<T> {
  names: readonly string[];
  items: Map<string, T[]>;
}

/**
 * Finds, among many sets of labels, the closest one that another set contains. Sets are alike in their names (a rule gives all its
 * alerts the same ones), so that a look costs as much as there are kinds of sets, and not as there are sets.
 */
export class LabelIndex<T> {
  readonly #partitionLabel: string;
  readonly #partitions = new Map<string, Shape<T>[]>();

  /** Only sets whose `partitionLabel` is the same are compared at all. */
  constructor(items: readonly T[], labelsOf: (item: T) => Labels, partitionLabel: string) {
    this.#partitionLabel = partitionLabel;
    for (const item of items) this.#add(item, labelsOf(item));
    for (const shapes of this.#partitions.values())
      shapes.sort((a, b) => b.names.length - a.names.length);
  }

  /** The items with the most labels, all of which `labels` has too; several only where they do not differ. */
  closestWithin(labels: Labels): readonly T[] {
    for (const { names, items } of this.#partitions.get(this.#partitionOf(labels)) ?? []) {
      const found = items.get(valuesOf(labels, names));
      if (found) return found;
    }
    return [];
  }

  #add(item: T, labels: Labels): void {
    const shapes = this.#partitions.get(this.#partitionOf(labels)) ?? [];
    this.#partitions.set(this.#partitionOf(labels), shapes);
    const names = Object.keys(labels).sort();
    let shape = shapes.find((candidate) => sameNames(candidate.names, names));
    if (!shape) {
      shape = { names, items: new Map() };
      shapes.push(shape);
    }
    const values = valuesOf(labels, names);
    const alike = shape.items.get(values);
    if (alike) alike.push(item);
    else shape.items.set(values, [item]);
  }

  #partitionOf(labels: Labels): string {
    return labels[this.#partitionLabel] ?? '';
  }
}

const valuesOf = (labels: Labels, names: readonly string[]): string =>
  JSON.stringify(names.map((name) => labels[name] ?? null));

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);
