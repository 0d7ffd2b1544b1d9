import type { Runtime } from '../../core/runtime.ts';

/** The folder of the operator's documents, for who may see it: a caller that sees some services only does not see documents about all. */
export const documentsRoot = ({ globals, only }: Runtime): string | undefined =>
  only === undefined ? globals.docs : undefined;
