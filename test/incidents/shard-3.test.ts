import { incidents } from '../../src/demo/incidents/index.ts';
import { shardOf } from '../shards.ts';
import { meetIncidents } from './incidents.ts';

meetIncidents(shardOf(Object.keys(incidents), 3));
