import type { Ref } from '../../../core/map.ts';
import type { Rule, Target } from '../schema/index.ts';
import { isOnServer, serverRef, targetRef } from '../things.ts';
import type { Checkup } from './checkup.ts';

/** The targets and rules of one Prometheus, by what the labels of an alert call them. Built once a check-up. */
export class SubjectIndex {
  readonly instance: string;
  /** The Prometheus itself. */
  readonly server: Ref;
  /** By the name of the alert; several groups may have rules of one name. */
  readonly rules: ReadonlyMap<string, readonly Rule[]>;
  readonly #byAddress = new Map<string, Target[]>();
  readonly #byJob = new Map<string, Target[]>();

  constructor({ instance, targets = [], rules = [] }: Checkup) {
    this.instance = instance;
    this.server = serverRef(instance);
    for (const target of targets) {
      append(this.#byAddress, target.address, target);
      append(this.#byJob, target.job, target);
    }
    const byName = new Map<string, Rule[]>();
    for (const rule of rules) append(byName, rule.name, rule);
    this.rules = byName;
  }

  /** The target that these labels name; none where they fit several things. */
  target({
    job,
    address,
  }: {
    job?: string | undefined;
    address?: string | undefined;
  }): Target | undefined {
    if (address === undefined) return onlyOne(this.#byJob.get(job ?? '') ?? [], this.instance);
    const there = this.#byAddress.get(address) ?? [];
    return onlyOne(
      job === undefined ? there : there.filter((target) => target.job === job),
      this.instance,
    );
  }

  /** Whether Prometheus scrapes itself there: in a job of its name, on its own machine or as the only target. */
  isServer(target: Target): boolean {
    if (target.job.toLowerCase() !== 'prometheus') return false;
    return isOnServer(target) || this.#byJob.get(target.job)?.length === 1;
  }
}

/** Targets that no label tells apart are one thing. */
function onlyOne(targets: readonly Target[], instance: string): Target | undefined {
  const refs = new Set(targets.map((target) => targetRef(instance, target)));
  return refs.size === 1 ? targets[0] : undefined;
}

function append<Value>(groups: Map<string, Value[]>, key: string, value: Value): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
