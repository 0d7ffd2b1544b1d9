export { doctor } from '../doctor.ts';
export { health } from '../health/index.ts';
export { inventory } from '../inventory.ts';
export { lately } from '../lately.ts';
export { steps } from '../prompt-steps.ts';
import { getGuest } from './guest.ts';
import { listGuests } from './guests.ts';
import { nodeStatus } from './node.ts';
import { infraOverview } from './overview.ts';
import { guestRestart, guestStart, guestStop } from './power.ts';

export const tools = [
  infraOverview,
  listGuests,
  getGuest,
  nodeStatus,
  guestStart,
  guestStop,
  guestRestart,
];
