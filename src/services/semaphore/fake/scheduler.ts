import { minute } from '../../../demo/world/clock.ts';
import type { World } from '../../../demo/world/index.ts';
import { pastTask, settle } from '../../../demo/world/semaphore-runs.ts';
import { lastDue } from '../cron.ts';

/** What Semaphore does between two requests: schedules that have become due since the start have run, and runs have ended. */
export function schedulerOf(world: World): () => void {
  let since = world.now();
  return () => {
    const { semaphore } = world;
    settle(world, semaphore.tasks);
    const now = world.now();
    if (now - since < minute) return;
    const schedules = semaphore.schedulerRuns ? semaphore.schedules : [];
    for (const { id, templateId, active, cron, repositoryId, runAt } of schedules) {
      const template = semaphore.templates.find((candidate) => candidate.id === templateId);
      if (!template || !active || repositoryId !== null || runAt !== null) continue;
      const due = lastDue(cron, now, semaphore.timezone);
      if (due !== undefined && due > since)
        pastTask(world, semaphore.tasks, template, due, 60, { scheduleId: id });
    }
    since = now;
  };
}
