import type { Gap } from '../../core/gap.ts';

/** A user who is in no team sees an empty Semaphore. */
export const noProject = (where: string): Gap => ({
  what: `any project${where}`,
  why: "the token's user is in no project's team. Add it in Semaphore (project, Team); role Guest is enough.",
  denied: true,
});
