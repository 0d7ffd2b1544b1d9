/** What an operator's credentials may do, and the command that grants what is missing. */
export interface Diagnosis {
  version: string;
  rights: {
    what: string;
    granted: boolean | 'unknown';
    fix?: string | undefined;
    /** Needed for writes alone: where those are off, it is too much if it is granted and no lack if not. */
    writes?: true;
  }[];
}
