import { meetFaults } from './faults.ts';
import { shardOf } from './shards.ts';

meetFaults(shardOf(3));
