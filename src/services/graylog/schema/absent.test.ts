import { expect, it } from 'vitest';
import type * as z from 'zod';
import { refusesNull } from '../../../../test/absent-or-null.ts';
import { graylogLab } from '../../../../test/graylog-lab.ts';
import { incidents } from '../../../demo/incidents/index.ts';
import {
  Account,
  DataNodes,
  FailureCount,
  Failures,
  FieldNames,
  IndexCluster,
  IndexSets,
  Inputs,
  Journal,
  Nodes,
  Notifications,
  Rates,
  SearchJob,
  Streams,
  Tokens,
  Traffic,
  Validation,
  Whoami,
} from './index.ts';

const schemas: Readonly<Record<string, z.ZodType>> = {
  '/views/search/sync': SearchJob,
  '/search/validate': Validation,
  '/system/sessions': Whoami,
  '/users/lares': Account,
  '/users/66f1c0de0000000000000d00/tokens': Tokens,
  '/views/fields': FieldNames,
  '/streams': Streams,
  '/cluster': Nodes,
  '/cluster/8c1f6a52-3f0e-4e0b-9d55-2f1d8f0a7c11/journal': Journal,
  '/cluster/metrics/multiple': Rates,
  '/cluster/inputstates': Inputs,
  '/system/indexer/cluster/health': IndexCluster,
  '/system/cluster/stats': DataNodes,
  '/system/indices/index_sets': IndexSets,
  '/system/indexer/failures/count': FailureCount,
  '/system/indexer/failures': Failures,
  '/system/notifications': Notifications,
  '/system/cluster/traffic': Traffic,
};

/** Their keys are data. */
const maps =
  /\.message\.[^.]+$|^(input|output|decoded)\.|^stats\.[^.]+$|^[0-9a-f-]{36}$|\.search_types\.[^.]+$|^results\.[^.]+$/;

it('what may be absent in an answer may be null', async () => {
  const { call, server, world } = await graylogLab();
  const seen = new Map<string, unknown>();
  server('graylog').observer = ({ path }, { body = '' }) =>
    seen.set(path.replace('/api', ''), JSON.parse(String(body)));
  for (const name of ['log-index-recovering', 'log-indexing-failures', 'log-input-failed'])
    incidents[name]?.apply(world);
  world.graylog.indexer.initializing = 0;
  await call('service_health', { service: 'graylog' });
  await call('graylog_overview');
  await call('graylog_streams');
  await call('search_logs', { query: 'mesage:x and level:3' });
  expect(Object.keys(schemas).filter((path) => !seen.has(path))).toEqual([]);
  const refused = [...seen].flatMap(([path, answer]) => {
    const schema = schemas[path];
    return schema ? refusesNull(schema, answer, maps).map((field) => `${path}: ${field}`) : [];
  });
  expect(refused).toEqual([]);
});
