import { isOwnMachine } from '../../core/base/address.ts';
import { idOf, placeOf, type Ref } from '../../core/map.ts';

/** What n8n and its workflows are called in the map. */
export const serverRef = (instance: string): Ref => `instance/n8n/${instance}`;
export const workflowRef = (instance: string, id: string): Ref => `workflow/${instance}/${id}`;

/** Where a request goes; undefined for what is another machine for each that says it. */
export function elsewhere(host: string): Ref | undefined {
  const place = placeOf(host);
  return place === undefined || isOwnMachine(idOf(place)) ? undefined : place;
}
