import type { Tool } from '../../../core/service.ts';
import { overview } from './overview.ts';
import { searchLogs } from './search.ts';
import { listStreams } from './streams.ts';

export { inventory } from '../inventory.ts';
export { lately } from '../lately.ts';
export { steps } from '../prompt-steps.ts';
export { doctor } from '../doctor.ts';
export { health } from '../health/index.ts';
export const tools: readonly Tool[] = [searchLogs, listStreams, overview];
