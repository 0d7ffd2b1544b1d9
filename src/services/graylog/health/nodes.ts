import type { Finding } from '../../../core/health.ts';
import type { Checkup } from './checkup.ts';
import { finding } from './finding.ts';

/** Nodes that do not answer the others, and nodes whose processing somebody paused. */
export function nodeFindings(checkup: Checkup): Finding[] {
  return (checkup.nodes ?? []).flatMap(({ id, node }) => {
    if (!node)
      return [
        finding(checkup, 'node-down', {
          subject: id,
          severity: 'warning',
          effect: 'degrades',
          message: `The Graylog node ${id} does not answer the others`,
        }),
      ];
    if (node.processing === false)
      return [
        finding(checkup, 'processing-paused', {
          subject: node.hostname,
          severity: 'warning',
          effect: 'degrades',
          message: `Message processing is paused on ${node.hostname}: what arrives waits in its journal`,
        }),
      ];
    return [];
  });
}
