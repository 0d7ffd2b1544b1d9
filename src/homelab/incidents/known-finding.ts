import type { Finding } from '../../core/health.ts';
import type { Symptom } from './incident.ts';

/** A finding as it is joined with others. */
export interface KnownFinding extends Omit<Finding, 'about' | 'effect'>, Symptom {
  /** No finding of a service: the service itself is silent. */
  isSilence?: true;
}
