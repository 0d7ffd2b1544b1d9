import { expect, test } from 'vitest';
import { configureService } from '../../core/config/env.ts';
import { pihole } from './index.ts';

test('a session that is not its own is not taken for it: PIHOLE_HEADERS cannot set X-FTL-SID', () => {
  const configure = (headers: string) =>
    configureService(pihole, {
      PIHOLE_URL: 'http://10.0.10.2',
      PIHOLE_PASSWORD: 'correct-horse-7',
      PIHOLE_HEADERS: headers,
    });
  const { state, problems } = configure('X-FTL-SID: Zq7vT2kPx9Lm4Rw8');
  expect(state).toBe('invalid');
  expect(problems).toEqual([
    'PIHOLE_HEADERS cannot set x-ftl-sid: Lares sends that one itself, from the other variables',
  ]);
  expect(configure('X-Door: open').problems).toEqual([]);
});
