import type { World } from '../../../demo/world/index.ts';
import type { Access } from './access.ts';
import type { VirtualLog } from './virtual-log.ts';

/** One request to one route, and what it is answered from. */
export interface Call {
  world: World;
  log: VirtualLog;
  access: Access;
  query: URLSearchParams;
  body: string;
  /** What the path's placeholder held. */
  id: string;
  /** Major and minor as one number: 6.3 is 603. */
  version: number;
}

/** `path` is below /api; `{}` stands for one segment. */
export interface Route {
  method: 'GET' | 'POST';
  path: string;
  permission?: string;
  run(call: Call): unknown;
}

/** Major and minor as one number: 6.3 is 603. */
export const versionOf = ({ graylog }: World): number => {
  const [major = 0, minor = 0] = graylog.version.split('.').map(Number);
  return major * 100 + minor;
};
