import { describe, expect, it } from 'vitest';
import { unread } from '../../src/core/config/env.ts';
import { envFrom } from '../../src/core/config/env-file.ts';

const read = (text: string) => envFrom(text, 'lab.env', '/etc/lares/lab.env');

describe('an env file', () => {
  it.each([
    ['A=b', 'b'],
    ['\ufeffA=b', 'b'],
    ['A=b\r\n', 'b'],
    ['A = b ', 'b'],
    ['  export A="b"', 'b'],
    ['A="b" # comment', 'b'],
    ["A='b#c$$d'   # comment", 'b#c$$d'],
    ['A=b # comment', 'b'],
    ['A=b#c', 'b#c'],
    ['A=#b', '#b'],
    ['A= # nothing', ''],
    ['A=', ''],
    ['A=""', ''],
    ['A=a=b', 'a=b'],
    ['A="a\\nb\\tc \\"d\\" \\\\ \\$x \\d"', 'a\nb\tc "d" \\ $x \\d'],
    ["A='a\\nb'", 'a\\nb'],
    ['A=a\\nb', 'a\\nb'],
    ['A="a\nb"\nB=c', 'a\nb'],
    ['A=`a"b\'c`', 'a"b\'c'],
    ['A=a\nA=b', 'b'],
    ["A=it's", "it's"],
    ['A=${B}', '${B}'],
    ['# A=x\n; A=y\n\nA=z', 'z'],
  ])('%j is read as a shell, Compose and Docker would agree', (text, value) => {
    expect([read(text)['A'], read(text)[unread]]).toEqual([value, undefined]);
  });

  it.each([
    ['X=1\n\nA: b', 'lab.env:3: not an assignment: A: b'],
    ['SOME_TOKEN: hunter2hunter2', 'lab.env:1: not an assignment: SOME_TOKEN …'],
    ['set A=b', 'lab.env:1: not an assignment: set A=b'],
    ['set A=hunter2', 'lab.env:1: not an assignment: set A …'],
    ['$env:A = "hunter2"', 'lab.env:1: not an assignment: $env:A …'],
    [
      'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7+/x==',
      'lab.env:1: not an assignment: …',
    ],
    ['A', 'lab.env:1: not an assignment: A'],
    ['\nA="b', 'lab.env:2: A begins with a quote that is never closed'],
    ['A="b"c', 'lab.env:1: A goes on behind the quote that closes it'],
    ['A="b\nc"\nB=d\nX', 'lab.env:4: not an assignment: X'],
    ['abcdef123', 'lab.env:1: not an assignment: …'],
    ['abcdef123 A=b', 'lab.env:1: not an assignment: …'],
  ])('%j: what is wrong names file and line, and no secret', (text, said) => {
    expect(read(text)[unread]).toEqual([said]);
  });

  it('is the place where relative paths begin', () => {
    expect(
      read(
        'LARES_STATE_DIR=state\nLARES_DOCS=~/docs\nX_TOKEN_FILE=../token\nX_URL=a\nLARES_TLS_CERT=/c',
      ),
    ).toEqual({
      LARES_STATE_DIR: '/etc/lares/state',
      LARES_DOCS: '~/docs',
      X_TOKEN_FILE: '/etc/token',
      X_URL: 'a',
      LARES_TLS_CERT: '/c',
    });
  });
});
