import type { World } from '../../../demo/world/index.ts';
import type { Rule } from '../../../demo/world/monitoring.ts';
import type { Memory } from './downtime.ts';
import { evaluate } from './promql/evaluate.ts';
import { pointsOf } from './promql/value.ts';
import { parse } from './promql/parser.ts';
import type { Labels, Point, Store } from './promql/syntax.ts';
import { seriesOf } from './series.ts';
import { storeOf } from './store.ts';

/** An alert as its rule makes it; `activeAt` in milliseconds. */
export interface Alert {
  labels: Labels;
  annotations: Labels;
  state: 'firing' | 'pending';
  activeAt: number;
  value: number;
}
/** A rule and what came of evaluating it: its alerts, or why it could not be evaluated. */
export interface Evaluated {
  rule: Rule;
  alerts: Alert[];
  error?: string;
}

/** Prometheus' head: its series, its rules, and what they say now. */
export class Head {
  readonly world: World;
  readonly memory: Memory;
  readonly #version: () => string;

  constructor(world: World, memory: Memory, version: () => string) {
    this.world = world;
    this.memory = memory;
    this.#version = version;
  }

  get series() {
    return seriesOf(this.world, this.#version(), this.memory);
  }

  get store(): Store {
    const store = storeOf(this.series, this.world.now(), (name, at) =>
      this.#derived(name, at, store),
    );
    return store;
  }

  /** The first look: everything is evaluated once, so that what is broken already is not taken for news later. */
  settle(): void {
    if (this.memory.looked) return;
    this.rules();
    this.memory.settle();
  }

  rules(): Evaluated[] {
    const { store } = this;
    return this.world.monitoring.rules.map((rule) => this.#evaluate(rule, store));
  }

  alerts(): Alert[] {
    return this.rules().flatMap(({ alerts }) => alerts);
  }

  #evaluate(rule: Rule, store: Store): Evaluated {
    try {
      const points = pointsOf(evaluate(parse(rule.query), this.world.now() / 1000, store));
      return { rule, alerts: rule.forSeconds === null ? [] : this.#alerts(rule, points) };
    } catch (error) {
      return { rule, alerts: [], error: error instanceof Error ? error.message : String(error) };
    }
  }

  #alerts(
    { name, labels: extra, annotations, forSeconds }: Rule,
    points: readonly Point[],
  ): Alert[] {
    return points.map(({ labels: { __name__: _, ...labels }, value, since }) => {
      const alertLabels = { ...labels, alertname: name, ...extra };
      // Nothing is older than the server that saw it.
      const { startedAt } = this.world.monitoring.prometheus;
      const activeAt = Math.max(
        startedAt,
        since ??
          (Object.keys(labels).length === 0
            ? startedAt
            : this.memory.since(JSON.stringify(alertLabels))),
      );
      const state = this.world.now() - activeAt >= (forSeconds ?? 0) * 1000 ? 'firing' : 'pending';
      return {
        labels: alertLabels,
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([key, text]) => [key, expand(text, labels, value)]),
        ),
        state,
        activeAt,
        value,
      };
    });
  }

  /** Recording rules and `ALERTS` are series too. */
  #derived(name: string, at: number, store: Store): Point[] | undefined {
    if (name === 'ALERTS')
      return this.alerts().map(({ labels, state, activeAt }) => ({
        labels: { __name__: 'ALERTS', ...labels, alertstate: state },
        value: 1,
        since: activeAt,
      }));
    const rule = this.world.monitoring.rules.find(
      (candidate) => candidate.name === name && candidate.forSeconds === null,
    );
    return (
      rule &&
      pointsOf(evaluate(parse(rule.query), at, store)).map((point) => ({
        ...point,
        labels: { __name__: name, ...point.labels },
      }))
    );
  }
}

/** A template of an annotation with its labels and value filled in. */
const expand = (text: string, labels: Labels, value: number): string =>
  text.replace(/\{\{\s*\$(?:labels\.(\w+)|value)\s*\}\}/g, (_, label?: string) =>
    label === undefined ? String(value) : (labels[label] ?? ''),
  );
