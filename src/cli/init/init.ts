import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError } from '../../core/base/errors.ts';
import { expandHome } from '../../core/config/paths.ts';
import { services } from '../../services/index.ts';
import { exit } from '../command.ts';
import { health } from '../health.ts';
import type { InitOptions } from '../init.ts';
import { print, printJson } from '../run.ts';
import { invocation } from '../../core/base/own-command.ts';
import { readAnswers } from './answers.ts';
import type { Candidate } from './look.ts';
import { Stopped } from './stopped.ts';
import { addUnattended, candidateNamed } from './unattended.ts';
import { VariablesFile } from './variables-file.ts';

/** Exit code with answers: 0: everything that was to be added is there and may do what Lares needs. 1: something may not. 2: something could not be added. With questions that of the verdict at the end; 2 where there is none. */
export async function init(
  service: string | undefined,
  address: string | undefined,
  options: InitOptions,
): Promise<number> {
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort(new Stopped());
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const file = VariablesFile.open(resolve(expandHome(options.envFile ?? defaultFile())));
    const candidates = await loadCandidates();
    const secretFolder =
      options.secretFiles === undefined ? undefined : resolve(expandHome(options.secretFiles));
    const work = { file, candidates, secretFolder, signal: cancel.signal };
    if (options.answers !== undefined)
      return await unattended(work, resolve(expandHome(options.answers)), options);
    if (options.json)
      throw new InputError('--json is for --answers', { hint: 'Questions are for people.' });
    requireTerminal();
    return await attended(work, service, address);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

interface Work {
  file: VariablesFile;
  candidates: readonly Candidate[];
  secretFolder: string | undefined;
  signal: AbortSignal;
}

/** Where programs of this kind keep what a person configured. */
const defaultFile = (): string =>
  join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'lares', 'lares.env');

async function loadCandidates(): Promise<Candidate[]> {
  const loaded = services.map(async (service) => {
    const module = await service.setup?.();
    return module ? [{ service, setup: module.setup }] : [];
  });
  return (await Promise.all(loaded)).flat();
}

function requireTerminal(): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new InputError('`lares init` asks questions, and there is no terminal to ask them in', {
    hint: 'Run it where a person types, or give it --answers FILE.',
  });
}

async function attended(
  work: Work,
  service: string | undefined,
  address: string | undefined,
): Promise<number> {
  const { file, candidates, signal } = work;
  const candidate = service === undefined ? undefined : candidateNamed(candidates, service);
  const [{ dialogue }, { terminalPrompts }] = await Promise.all([
    import('./dialogue.ts'),
    import('./prompts.ts'),
  ]);
  const desk = { ...work, prompts: terminalPrompts(signal, print), suggestions: [] };
  try {
    await dialogue(desk, { candidate, address });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const isKept = file.blocks.length > 0;
    print(
      isKept
        ? `\nStopped. What was done is kept in ${file.path}; \`${invocation(process.argv[1], process.cwd())} init --env ${file.path}\` goes on from there.`
        : '\nStopped. Nothing was written.',
    );
    return exit.unchecked;
  }
  return conclude(file);
}

/** The verdict over all that stands in the file, which is the exit code too, and what to do with it. */
async function conclude(file: VariablesFile): Promise<number> {
  if (file.blocks.every(({ unfinished }) => unfinished)) {
    print('Nothing was added.');
    return exit.unchecked;
  }
  shadowed(file);
  print('');
  const verdict = await health(undefined, { envFile: file.path });
  const lares = invocation(process.argv[1], process.cwd());
  print(`
Variables: ${file.path} (mode 0600)
Again:     ${lares} health --env ${file.path}
Clients:   ${lares} connect --env ${file.path}
Change:    ${lares} init --env ${file.path}`);
  return verdict;
}

/** What this environment says itself wins over the file, wherever Lares is started from it. */
function shadowed(file: VariablesFile): void {
  const names = Object.entries(file.env).flatMap(([name, value]) => {
    const own = process.env[name];
    return own && own !== value ? [name] : [];
  });
  if (names.length > 0)
    print(`Note: ${names.join(', ')} in this environment say otherwise, and win over the file.`);
}

async function unattended(work: Work, path: string, { json }: InitOptions): Promise<number> {
  const added = await addUnattended(work, readAnswers(path));
  const changed = added.some(({ outcome }) => outcome === 'added' || outcome === 'changed');
  if (json) printJson({ file: work.file.path, changed, services: added });
  else {
    for (const { outcome, service, instance, text } of added)
      print(`${outcome.toUpperCase().padEnd(12)}${service} ${instance}\n${text}\n`);
    if (changed) await health(undefined, { envFile: work.file.path });
  }
  if (added.some(({ outcome }) => outcome === 'failed')) return exit.unchecked;
  return added.some(({ lacking }) => lacking) ? exit.broken : exit.fine;
}
