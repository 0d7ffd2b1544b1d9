/** What `connect` passes on: where the sites of an instance answer, and what counts as too much. */
export interface Settings {
  siteAddress: string;
  /** As seen from here; undefined means the port in its config. */
  sitePort: number | undefined;
  certificateDays: number;
  /** 0..1. */
  errorShare: number;
}
