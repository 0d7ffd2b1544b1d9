import { shardOf } from '../../shards.ts';
import { ids } from '../examples.ts';
import { meetFaults } from './faults.ts';

meetFaults(shardOf(ids, 3));
