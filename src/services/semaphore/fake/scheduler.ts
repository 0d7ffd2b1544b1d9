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
    for (const { id, templateId, active, cron, repositoryId, runAt } of semaphore.schedulerRuns &&
    now - since >= 60_000
      ? semaphore.schedules
      : []) {
      const template = semaphore.templates.find((one) => one.id === templateId);
      const due =
        active && repositoryId === null && runAt === null
          ? lastDue(cron, now, semaphore.timezone)
          : undefined;
      if (template && due !== undefined && due > since)
        pastTask(world, semaphore.tasks, template, due, 60, { scheduleId: id });
    }
    if (now - since >= 60_000) since = now;
  };
}
