import type { Task } from './schema/index.ts';

/** A run that says something about its template: it ended by itself, and it was meant. */
export const isOutcome = (task: Task): boolean =>
  !task.dryRun && (task.status === 'success' || task.status === 'error');
