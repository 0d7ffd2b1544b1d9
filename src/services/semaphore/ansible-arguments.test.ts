import { expect, test } from 'vitest';
import { ansibleArguments } from './ansible-arguments.ts';

const nothing = {
  limit: undefined,
  tags: [],
  skipTags: [],
  check: false,
  diff: false,
  inventory: false,
  positional: [],
};

test.each([
  [['--limit=web,db'], { limit: ['web', 'db'] }],
  [['--limit', 'web:db'], { limit: ['web', 'db'] }],
  [['--lim', 'web'], { limit: ['web'] }],
  [['-l', 'db1'], { limit: ['db1'] }],
  [['-ldb1'], { limit: ['db1'] }],
  [['-vCl', 'db1'], { limit: ['db1'], check: true }],
  [['-l', 'web', '--limit=db1'], { limit: ['db1'] }],
  [['--limit='], { limit: [] }],
  [['--tags=a', '-t', 'b,c', '--skip-tags', 'd'], { tags: ['a', 'b', 'c'], skipTags: ['d'] }],
  [['--check', '-D'], { check: true, diff: true }],
  [['-i', 'other.ini'], { inventory: true }],
  [['-vi', 'other.ini'], { inventory: true }],
  [['--inv=other.ini'], { inventory: true }],
  [['second.yml'], { positional: ['second.yml'] }],
  [['-v', 'second.yml', '-f', '5'], { positional: ['second.yml'] }],
  [['--', '-l', 'web'], { positional: ['-l', 'web'] }],
  [['-e', 'limit=web', '--forks', '20', '-vvv'], {}],
  [['--become-user', 'root', '--start-at-task', 'copy it'], {}],
])('%j is read as ansible-playbook reads it', (words, meaning) => {
  expect(ansibleArguments(words)).toEqual({ ...nothing, ...meaning });
});
