import { clean } from '../../core/base/text.ts';
import { configureService, type Env } from '../../core/config/env.ts';
import type { Inventory } from '../../core/inventory.ts';
import { createRuntime, type ConfiguredService, type Runtime } from '../../core/runtime.ts';
import type { Service } from '../../core/service.ts';
import { examine, instanceText, isLacking, type Examined } from '../doctor.ts';

/** What came of asking an instance with its credentials. */
export interface Trial {
  examined: Examined;
  /** The same for people, without secrets. */
  text: string;
  /** It answers, and something that Lares needs is not permitted. */
  isLacking: boolean;
  /** What it names by itself; undefined where it was not asked. */
  inventory: Inventory | undefined;
}

/** Why variables cannot be used, a sentence each. */
export const problemsIn = (service: Service, env: Env): readonly string[] =>
  configureService(service, env).problems;

/** Asks one instance what `lares doctor` asks. The environment is that of the file as it would be; nothing of it is written. Rejects with the reason of the signal. */
export async function tryOut(
  service: Service,
  instance: string,
  env: Env,
  signal: AbortSignal,
): Promise<Trial> {
  const runtime = createRuntime([service], { ...env, ...laresVariables() });
  try {
    const [configured] = runtime.services;
    const connection = configured?.instances.get(instance);
    if (!configured || !connection)
      throw new Error(`${service.title} is not configured: ${configured?.problems.join('; ')}`);
    const call = { signal, now: runtime.now, progress: () => undefined };
    const examined = await examine(runtime, configured, connection, call);
    signal.throwIfAborted();
    const warnings = [...configured.warnings, ...configured.weakSecrets];
    const text = [instanceText(examined), ...warnings.map((warning) => `CONFIG      ${warning}`)];
    return {
      examined,
      text: clean(runtime.redact(text.join('\n')), maxReport),
      isLacking: isLacking(examined),
      inventory:
        examined.state === 'ok'
          ? await inventoryOf(runtime, configured, instance, signal)
          : undefined,
    };
  } finally {
    await runtime.close();
  }
}

const maxReport = 40_000;

/** The state folder and what else holds for the whole process. */
const laresVariables = (): Env =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('LARES_')));

const inventoryMs = 10_000;

/** Names that may be worth adding next. Without them nothing is missing. */
async function inventoryOf(
  runtime: Runtime,
  { service, instances }: ConfiguredService,
  instance: string,
  signal: AbortSignal,
): Promise<Inventory | undefined> {
  const connection = instances.get(instance);
  const { inventory } = await service.load();
  if (!inventory || !connection) return undefined;
  try {
    return await inventory(
      {
        signal: AbortSignal.any([signal, AbortSignal.timeout(inventoryMs)]),
        now: runtime.now,
        progress: () => undefined,
        instances: new Map([[instance, connection]]),
        failed: () => undefined,
      },
      'names',
    );
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
