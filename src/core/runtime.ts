import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { boundJson } from './base/bound-json.ts';
import { openJournal, type Journal } from './state/journal.ts';
import { configureService, type Env, type ServiceConfig } from './config/env.ts';
import type { Guard } from './gate/guard.ts';
import { readGlobals, type Globals } from './config/globals.ts';
import { Connection } from './http/connection.ts';
import type { Sanitizer } from './http/sanitizer.ts';
import type { Json } from './base/json.ts';
import type { Endpoint, Target } from './http/endpoint.ts';
import { folderApprovalStore } from './state/approvals.ts';
import { redisApprovalStore } from './state/approvals-redis.ts';
import { lazyStore, type SharedStore } from './state/store.ts';
import { tighter, type Level } from './gate/policy.ts';
import type { LabelKinds } from './gate/protect.ts';
import { marking, withoutMarks } from './config/secret-marks.ts';
import { hideSecrets, type Redactor } from './config/secrets.ts';
import {
  createShapeRedactor,
  mayHoldSecret,
  inFull,
  redactValues,
  type ValueRedactors,
} from './config/secret-shapes.ts';
import { createSealer } from './gate/code.ts';
import { RunningWrites } from './gate/running-writes.ts';
import { WriteQueue } from './gate/write-queue.ts';
import { folderLocks, storeLocks } from './state/held-locks.ts';
import { keysFrom } from './state/folder.ts';
import { sessionPlace } from './state/session-places.ts';
import { InFlightCalls } from './in-flight.ts';
import { Memo } from './memo.ts';
import type { Service } from './service.ts';

/** One service as this process knows it. `instances` is empty unless it is on. */
export interface ConfiguredService extends ServiceConfig {
  service: Service;
  instances: ReadonlyMap<string, Connection>;
  level: Level;
}

/** Everything that was configured: the one object that the MCP server and the command line work on. */
export interface Runtime {
  readonly services: readonly ConfiguredService[];
  readonly globals: Globals;
  /** Takes the configured secrets out of what leaves. */
  readonly redact: Redactor;
  /** Takes out the configured secrets, and everything that looks like one: of what comes from elsewhere. */
  readonly sanitize: Redactor;
  readonly journal: Journal;
  /** All that the gate asks besides the caller and its level. */
  readonly gate: Omit<Guard, 'level' | 'caller'>;
  /** Set where a caller sees some services only: their titles. */
  readonly only?: readonly string[];
  /** Set where it is the caller, not the configuration, for whom writes are off. */
  readonly readOnly?: boolean;
  /** What this replica shares with others; none: it is alone. */
  readonly shared: SharedStore | undefined;
  /** What is being answered now. */
  readonly inFlight: InFlightCalls;
  /** What others keep for as long as it lives; a narrowed runtime has its own. */
  readonly memo: Memo;
  /** A key for one purpose, from the secret that the state folder or LARES_SEAL_KEY_FILE holds. */
  key(purpose: string): Buffer;
  now(): number;
  /** Ends what is kept, logs out everywhere and closes every socket, but for those that `successor` has taken over. */
  close(successor?: Runtime): Promise<void>;
}

/** What a runtime is given by who creates it. */
export interface RuntimeOptions {
  /** The runtime before the configuration was read again. Instances that are configured as before keep their sockets and logins; a write that is being carried out is not begun a second time. */
  from?: Runtime | undefined;
  /** Where people find the approval page: the URL in front of `/approve/CODE`. */
  page?: string | undefined;
}

/** The configuration as one process holds it. Never throws for what is misconfigured: `globals.problems` and each service's `problems` say it, and the safe value stands in. No socket is opened and no key is read yet. */
export function createRuntime(
  services: readonly Service[],
  env: Env,
  now: () => number = Date.now,
  { from, page }: RuntimeOptions = {},
): Runtime {
  const globals = readGlobals(env, labelKindsOf(services));
  const shapes = services.flatMap(({ secretShapes = [] }) => secretShapes);
  const redactShapes = createShapeRedactor(shapes);
  const takingSecrets = inFull(redactShapes);
  const markingSecrets: ValueRedactors = {
    part: marking(takingSecrets.part),
    whole: marking(takingSecrets.whole),
  };
  const sanitizer: Sanitizer = {
    text: redactShapes,
    isMarked: (text) => /(?:\[|%5B)redacted(?:\]|%5D|#|%23)/.test(text),
    json: (value, body, comparable = false) =>
      mayHoldSecret(body, shapes)
        ? redactValues(value as Json, comparable ? markingSecrets : takingSecrets)
        : value,
  };
  const configured = services.map((service): ConfiguredService => {
    const config = configureService(service, env);
    const before = from?.services.find((configured) => configured.service === service)?.instances;
    const instances = new Map(
      [...config.targets].sort(byName).map(([name, target]) => [
        name,
        kept(before?.get(name), target) ??
          new Connection(name, target, {
            sanitizer,
            keeper: sessionPlace(
              join(globals.stateDir, 'sessions'),
              `${service.id}/${name} ${target.baseUrl}`,
            ),
          }),
      ]),
    );
    return {
      service,
      ...config,
      instances,
      level: tighter(globals.writes, config.writes ?? globals.writes),
      writesOffBecause: [...globals.writesOffBecause, ...config.writesOffBecause],
    };
  });
  const memo = new Memo();
  const hide = hideSecrets(
    configured.flatMap(({ secrets, targets }) => [
      ...secrets,
      ...[...targets.values()].flatMap(secretsSent),
    ]),
  );
  const redact: Redactor = (text) => hide(withoutMarks(text));
  const sanitize: Redactor = (text) => redactShapes(redact(text));
  const key = keysFrom(globals.stateDir, globals.sealKeyFile);
  const shared =
    globals.stateUrl === undefined
      ? undefined
      : from?.shared?.url === globals.stateUrl
        ? from.shared
        : lazyStore(globals.stateUrl);
  const journal = openJournal(
    globals.stateDir,
    () => key('journal'),
    (entry) => boundJson(entry, sanitize),
    now,
    { order: shared && (() => shared.count('journal')) },
  );
  return {
    services: configured,
    globals,
    redact,
    sanitize,
    now,
    key,
    shared,
    inFlight: new InFlightCalls(),
    memo,
    journal,
    gate: {
      journal,
      approvals: shared
        ? redisApprovalStore(shared, () => key('ledger'), now)
        : folderApprovalStore(globals.stateDir, () => key('ledger'), now),
      sealer: createSealer(() => key('seal')),
      offBecause: globals.writesOffBecause,
      rules: globals.protect,
      isKillSwitchOn: () => globals.killSwitch !== undefined && isThere(globals.killSwitch),
      now,
      codeMs: globals.codeMs,
      running: from?.gate.running ?? new RunningWrites(),
      queue: new WriteQueue(
        shared ? storeLocks(shared) : folderLocks(join(globals.stateDir, 'writes')),
      ),
      page,
    },
    close: async (successor) => {
      memo.dispose();
      const inherited = new Set(
        successor?.services.flatMap((configured) => [...configured.instances.values()]),
      );
      await Promise.allSettled(
        configured.flatMap(({ instances }) =>
          [...instances.values()].map((connection) =>
            inherited.has(connection) ? undefined : connection.close(),
          ),
        ),
      );
      if (shared !== undefined && successor?.shared !== shared) await shared.close();
    },
  };
}

const labelKindsOf = (services: readonly Service[]): LabelKinds =>
  Object.assign({}, ...services.map(({ protects }) => protects)) as LabelKinds;

/** The same runtime for a caller who may see or do less. What it keeps is its own. */
export const narrow = (
  runtime: Runtime,
  changes: Partial<Pick<Runtime, 'services' | 'only' | 'readOnly' | 'journal'>>,
): Runtime => ({ ...runtime, ...changes, memo: runtime.memo.child() });

/** In the order of their names, so that answers do not depend on that of the environment. */
const byName = ([a]: readonly [string, Target], [b]: readonly [string, Target]): number =>
  a.localeCompare(b, 'en', { numeric: true });

/** What is sent for a name and a password: they travel as one. */
function secretsSent({ headers = {}, also = {} }: Endpoint): string[] {
  const authorization = Object.entries(headers).filter(
    ([name]) => name.toLowerCase() === 'authorization',
  );
  return [
    ...authorization.map(([, value]) => value.replace(/^[A-Za-z]+ /, '')),
    ...Object.values(also).flatMap(secretsSent),
  ];
}

/** Anything of that name counts, a broken link too; where it cannot be looked for, it is taken to be there. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

const kept = (connection: Connection | undefined, target: Target): Connection | undefined =>
  isDeepStrictEqual(connection?.target, target) ? connection : undefined;

/** Which of a service's instances a call means; the tool gains the argument only when there are several and they are not a pair. */
export const selectableInstances = ({ service, instances }: ConfiguredService): string[] =>
  service.instances === 'apart' && instances.size > 1 ? [...instances.keys()] : [];
