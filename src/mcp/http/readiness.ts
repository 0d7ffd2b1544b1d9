import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import type { Runtime } from '../../core/runtime.ts';

/** In words a stranger may read: names of services and reasons stay inside. */
export interface Readiness {
  ready: boolean;
  why?: string[];
  /** It works, but not everything does. */
  limits?: string[];
}

/** Whether it is configured and able. Replicas that have lost what they share stay ready: all of them would go at once, and reads still work. */
export async function readinessOf({ services, globals, shared }: Runtime): Promise<Readiness> {
  const writes = services.some(({ level, state }) => state === 'on' && level !== 'off');
  const why = [
    ...(services.some(({ state }) => state === 'on') ? [] : ['no service is configured']),
    ...(services.some(({ state }) => state === 'invalid')
      ? ['a service is configured wrongly']
      : []),
    ...(writes && !isWritable(globals.stateDir)
      ? ['the journal cannot be written, so neither can anything else']
      : []),
  ];
  const limits = (await answers(shared)) ? [] : ['the shared state does not answer: reads only'];
  return {
    ready: why.length === 0,
    ...(why.length > 0 && { why }),
    ...(limits.length > 0 && { limits }),
  };
}

/** What replicas share, where they share something. */
async function answers(shared: Runtime['shared']): Promise<boolean> {
  try {
    await shared?.get(['alive']);
    return true;
  } catch {
    return false;
  }
}

/** A folder that is not there yet is as writable as the one it will be made in. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return missing && folder !== dirname(folder) && isWritable(dirname(folder));
  }
}
