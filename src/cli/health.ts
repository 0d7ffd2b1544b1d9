import { call } from '../catalog.ts';
import { exit, withRuntime, print, printJson, type Common } from './run.ts';
import { coloured } from './colour.ts';
import type { Env } from '../core/config/env.ts';

/** Exit code 0: nothing is broken. 1: something is. 2: it could not be checked. */
export function health(service: string | undefined, options: Common, env?: Env): Promise<number> {
  return withRuntime(
    options,
    async (runtime, caller) => {
      const { text, data } = await call(
        runtime,
        'service_health',
        service === undefined ? {} : { service },
        caller,
      );
      if (options.json) printJson(data);
      else print(coloured(text));
      return { ok: exit.fine, broken: exit.broken, unknown: exit.unchecked }[
        data['overall'] as 'ok' | 'broken' | 'unknown'
      ];
    },
    env,
  );
}
