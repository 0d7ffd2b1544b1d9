import type { Ref } from '../../core/map.ts';

/** What n8n and its workflows are called in the map. */
export const serverRef = (instance: string): Ref => `instance/n8n/${instance}`;
export const workflowRef = (instance: string, id: string): Ref => `workflow/${instance}/${id}`;
