import { isOwnMachine } from '../../core/base/address.ts';
import { idOf, placeOf, type Ref } from '../../core/map.ts';

/** What the parts of a Semaphore are called in the map. Templates and schedules count apart, and on BoltDB anew in every project. */
export const serverRef = (instance: string): Ref => `instance/semaphore/${instance}`;
export const templateRef = (instance: string, project: number, id: number): Ref =>
  `job/semaphore/${instance}/template/${project}/${id}`;
export const scheduleRef = (instance: string, project: number, id: number): Ref =>
  `job/semaphore/${instance}/schedule/${project}/${id}`;

/** Where a host of an inventory is; undefined for what is another machine for each that says it. */
export function elsewhere(host: string): Ref | undefined {
  const place = placeOf(host);
  return place === undefined || isOwnMachine(idOf(place)) ? undefined : place;
}
