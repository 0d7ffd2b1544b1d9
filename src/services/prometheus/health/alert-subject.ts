import { idOf, placeOf, type Effect, type Ref } from '../../../core/map.ts';
import { isHeldBack, type Alert } from '../alerts.ts';
import type { Labels, Rule, Target } from '../schema/index.ts';
import { targetRef } from '../things.ts';
import type { SubjectIndex } from './subject-index.ts';

/**
 * What the labels of an alert name, and nothing that they do not. A label that names a host goes before `instance`, which says who
 * measured it; `node` says where it runs, and counts only alone. `name` may be of anything (a container, a unit): it counts beside the
 * `id` of a guest alone.
 */
export function subjectsOf({ name, labels, knownTo }: Alert, index: SubjectIndex): readonly Ref[] {
  const { instance, job } = labels;
  // Of another server that shares the Alertmanager, the same labels may mean another target.
  const target =
    knownTo === 'alertmanager' || (instance === undefined && job === undefined)
      ? undefined
      : index.target({ job, address: instance });
  if (knownTo !== 'alertmanager' && isOfServer(name, labels, target, index)) return [index.server];
  const ofProxmox = proxmoxId.exec(labels['id'] ?? '');
  if (ofProxmox) return placesOf(nameIn(ofProxmox, labels));
  const host = hostLabels.find((label) => labels[label]);
  const [place] = placesOf(host && labels[host]);
  if (place && host && !(target && isOf(target, host, labels[host], place))) return [place];
  if (target) return [targetRef(index.instance, target)];
  return placesOf(instance ?? labels['node']);
}

/** `qemu/104`, `lxc/105`, `node/pve1`, `storage/pve1/local`, as exporters of Proxmox write it. */
const proxmoxId = /^(qemu|lxc|node|storage)\/(.+)$/;

/** The name of that guest or node, which meets it elsewhere: whose VMID it is, no label says. */
function nameIn([, kind, rest]: RegExpExecArray, labels: Labels): string | undefined {
  if (kind === 'storage') return undefined;
  return labels['name'] ?? (kind === 'node' ? rest : undefined);
}

const hostLabels = ['guest', 'vm', 'host', 'hostname', 'nodename'] as const;

const placesOf = (text: string | undefined): Ref[] => [placeOf(text ?? '') ?? []].flat();

/** Whether a label that names a host is one of the target's own, or names where the target is, however much of its name either of them says. */
function isOf(target: Target, label: string, value: string | undefined, host: Ref): boolean {
  if (target.labels[label] === value) return true;
  const places = [target.address, target.scrapeUrl].flatMap(placesOf);
  return places.some((place) => place === host || hostNameOf(place) === hostNameOf(host));
}

const hostNameOf = (place: Ref): string =>
  place.startsWith('name/') ? (idOf(place).split('.')[0] ?? '') : idOf(place);

/** Prometheus says of itself, by the name of the alert, that something is wrong with it: at its own target, or without naming any other. */
function isOfServer(
  name: string,
  { instance, job = 'prometheus' }: Labels,
  target: Target | undefined,
  index: SubjectIndex,
): boolean {
  if (!/^prometheus/i.test(name)) return false;
  if (target) return index.isServer(target);
  return instance === undefined && job.toLowerCase() === 'prometheus';
}

/** Expressions that are true while their subject does not answer. */
const downQuery = /^[\s(]*(?:up|probe_success|pve_up)\s*(?:\{[^{}]*\})?\s*==\s*0\b/;
/** Names that say of a machine or an endpoint as a whole that it is down, and not of one of its parts; in words. */
const downName =
  /(?:^| )(?:(?:host|node|instance|target|guest|server|machine|vm|lxc|endpoint|exporter|site|website)s? (?:is )?(?:down|unreachable|offline|dead)|probe failed)$/;

/** `HostIsDown`, `host_is_down` and `VMDown` in words. */
export const wordsOf = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2')
    .replace(/[\s_-]+/g, ' ')
    .toLowerCase();

const isDown = (name: string, rules: readonly Rule[]): boolean =>
  downName.test(wordsOf(name)) || rules.some(({ query }) => downQuery.test(query));

/**
 * What it does to what it is about. Only an expression or a name that can mean nothing else says that something is gone. Of two others on
 * one machine neither is the cause of the other, unless both say that it is broken. What names nothing that could be looked up stands for itself.
 */
export function effectOf(
  alert: Alert,
  named: boolean,
  rules: ReadonlyMap<string, readonly Rule[]>,
): Effect {
  if (named && isDown(alert.name, rules.get(alert.name) ?? [])) return 'stops';
  if (isHeldBack(alert) || alert.weight === 'info') return 'note';
  return named && alert.weight === 'critical' ? 'degrades' : 'risk';
}
