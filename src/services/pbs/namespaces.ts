import type { NamespaceRef } from './client.ts';

/** `main`, or `main/pve` where there is a namespace. */
export const namespacePath = ({ store, namespace }: NamespaceRef): string =>
  namespace ? `${store}/${namespace}` : store;

/** `main/pve/ct/30062`: the backups of one guest. */
export const groupPath = ({
  type,
  id,
  ...ref
}: NamespaceRef & { type: string; id: string }): string => `${namespacePath(ref)}/${type}/${id}`;

/** Where a job looks: its namespace and those below it, as deep as it may go. */
export interface JobReach {
  store: string;
  namespace: string | undefined;
  maxDepth: number | undefined;
}

/** Whether a job looks into a namespace. */
export function reaches(
  { store, namespace: root = '', maxDepth }: JobReach,
  ref: NamespaceRef,
): boolean {
  if (store !== ref.store) return false;
  const depth = depthBelow(root, ref.namespace);
  return depth !== undefined && (maxDepth === undefined || depth <= maxDepth);
}

/** How many levels a namespace is below another, 0 for the same, undefined where it is not below it. */
function depthBelow(root: string, namespace: string): number | undefined {
  if (namespace === root) return 0;
  if (root === '') return namespace.split('/').length;
  if (!namespace.startsWith(`${root}/`)) return undefined;
  return namespace.slice(root.length + 1).split('/').length;
}

/** The namespace that corresponds to another when `from` is copied to `to`. */
export function sourceNamespace(from: string, to: string, namespace: string): string {
  const rest = to === '' ? namespace : namespace.slice(to.length + 1);
  return [from, rest].filter(Boolean).join('/');
}
