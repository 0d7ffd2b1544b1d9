import type { Rule } from '../rule.ts';
import { addressOfSeveral } from './addresses.ts';
import { jobOnNobody } from './automation.ts';
import { backupOfNobody } from './backups.ts';
import { guestWithoutName, nameOfSeveral, recordOfNobody } from './dns.ts';
import {
  addressOtherwise,
  documentOfNobody,
  guestWithoutDocument,
  nameOtherwise,
  ownerOtherwise,
  statusOtherwise,
} from './documentation.ts';
import { guestWithoutLogs, guestWithoutTarget, targetOfNobody } from './monitoring.ts';
import { upstreamOfNobody } from './sites.ts';

/** Everything that is compared with the map alone, in the order in which it is told. */
export const rules: readonly Rule[] = [
  addressOfSeveral,
  recordOfNobody,
  nameOfSeveral,
  guestWithoutName,
  upstreamOfNobody,
  ownerOtherwise,
  addressOtherwise,
  nameOtherwise,
  statusOtherwise,
  documentOfNobody,
  guestWithoutDocument,
  targetOfNobody,
  guestWithoutTarget,
  backupOfNobody,
  jobOnNobody,
  guestWithoutLogs,
];
