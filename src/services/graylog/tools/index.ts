import type { Tool } from '../../../core/service.ts';
import { overview } from './overview.ts';
import { searchLogs } from './search.ts';
import { listStreams } from './streams.ts';

export { steps } from '../context.ts';
export { doctor } from '../doctor.ts';
export { health } from '../health.ts';
export const tools: readonly Tool[] = [searchLogs, listStreams, overview];
