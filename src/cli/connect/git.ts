import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../../core/base/errors.ts';

/** Refuses a file that is tracked: what stands in it goes wherever the repository goes. A file that no repository is above costs no process. */
export function refuseTracked(file: string): void {
  if (!isInRepository(file)) return;
  // A repository may have configuration that runs programs; none of it is needed for this question.
  const { status, error } = spawnSync(
    'git',
    ['-c', 'core.fsmonitor=false', 'ls-files', '--error-unmatch', '--', basename(file)],
    { cwd: dirname(file), env: ownEnvironment(), stdio: 'ignore', timeout: 10_000 },
  );
  if (status === 1) return;
  const isTracked = error === undefined && status === 0;
  throw new ConfigError(
    isTracked
      ? `git tracks ${file}`
      : `${file} is in a git repository, and git does not say whether it tracks it`,
    {
      hint: 'Nothing was written. --print shows the entry, for your own hands; --project writes to the file of a project.',
    },
  );
}

function isInRepository(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** Without variables that would point git at another repository. */
const ownEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
