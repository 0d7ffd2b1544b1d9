import { expect, it } from 'vitest';
import { shapesOf } from './message-shapes.ts';

it('messages that differ in numbers, ids, addresses and quotations are one shape', () => {
  const shapes = shapesOf([
    'php-fpm[17]: could not connect to 10.0.30.40:5432',
    'php-fpm[4711]: could not connect to 10.0.30.41:5432',
    'request 6f9619ff-8b86-d011-b42d-00cf4fc964ff failed',
    'request 7f9619ff-8b86-d011-b42d-00cf4fc964fe failed',
    'request 8f9619ff-8b86-d011-b42d-00cf4fc964fd failed',
    'file "a.txt" is gone',
    'file "b.txt" is gone',
  ]);
  expect(shapes.map(({ count }) => count)).toEqual([3, 2, 2]);
  expect(shapes[0]?.example).toBe('request 6f9619ff-8b86-d011-b42d-00cf4fc964ff failed');
});

it('messages that say something else stay apart, words made of the letters a to f too', () => {
  expect(shapesOf(['bad face', 'dead cafe', 'bad face']).map(({ count }) => count)).toEqual([2, 1]);
});

it('a message of several lines is one, and none leaves no shape', () => {
  expect(shapesOf(['a\nb 1', 'a\nb 2'])).toEqual([{ example: 'a b 1', count: 2 }]);
  expect(shapesOf([])).toEqual([]);
});
