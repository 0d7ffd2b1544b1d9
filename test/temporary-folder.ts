import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
const enough = 512 * 2 ** 20;

const folder = mkdtempSync(join(memoryServes() ? memory : tmpdir(), 'lares-tests-'));

/** Everything the tests write stands in one folder that ends with the run. In memory where that is possible: each journal line waits for its disk, and there are thousands. */
export function setup(): void {
  process.env['TMPDIR'] = folder;
  // Whoever interrupts the run leaves nothing in memory either.
  process.once('exit', teardown);
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Whether there is a folder in memory that is large enough, and from which programs may be started. */
function memoryServes(): boolean {
  try {
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .findLast((line) => line.split(' ')[1] === memory);
    const { bavail, bsize } = statfsSync(memory);
    return mount !== undefined && !mount.includes('noexec') && bavail * bsize > enough;
  } catch {
    return false;
  }
}
