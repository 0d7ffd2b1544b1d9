import { defineService } from '../../core/service.ts';
import { config, foreign, type Settings } from './settings.ts';

export const semaphore = defineService({
  id: 'semaphore',
  title: 'Semaphore',
  docs: 'https://docs.semaphoreui.com/administration-guide/api/',
  instances: 'apart',
  protects: { template: 'text', project: 'text', inventory: 'text', name: 'text', ip: 'ip' },
  answers: 'automation runs and their output: semaphore_list_tasks, semaphore_task_output',
  describes: ['job'],
  foreign,
  config,
  connect: ({
    url,
    token,
    waiting_minutes,
    running_hours,
    failed_days,
    schedule_grace_minutes,
  }) => ({
    baseUrl: `${url.replace(/\/+$/, '').replace(/\/api$/, '')}/api`,
    headers: { authorization: `Bearer ${token.replace(/^bearer\s+/i, '')}` },
    settings: {
      waitingMinutes: waiting_minutes,
      runningHours: running_hours,
      failedDays: failed_days,
      scheduleGraceMinutes: schedule_grace_minutes,
    } satisfies Settings,
  }),
  load: () => import('./tools/index.ts'),
  setup: () => import('./recipe.ts'),
});
