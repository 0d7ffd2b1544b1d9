import { call } from '../catalog.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';
import { coloured } from './colour.ts';
import type { Env } from '../core/config/env.ts';

export const healthCommand = defineCommand({
  name: 'health',
  summary: 'is anything broken? one verdict line, then every service',
  arguments: [{ syntax: '[service]', description: 'only this one' }],
  common: 'all',
  run: (service: string | undefined, options: Common) => health(service, options),
});

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
