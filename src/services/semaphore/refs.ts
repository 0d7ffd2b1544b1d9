import type { Ref } from '../../core/map.ts';

/** What the parts of a Semaphore are called in the map. Templates and schedules count apart, and on BoltDB anew in every project. */
export const serverRef = (instance: string): Ref => `instance/semaphore/${instance}`;
export const templateRef = (instance: string, project: number, id: number): Ref =>
  `job/semaphore/${instance}/template/${project}/${id}`;
export const scheduleRef = (instance: string, project: number, id: number): Ref =>
  `job/semaphore/${instance}/schedule/${project}/${id}`;
