import type { Finding } from '../../core/health.ts';

/** A finding as it is joined with others. */
export interface KnownFinding extends Finding {
  /** No finding of a service: the service itself is silent. */
  isSilence?: true;
}
