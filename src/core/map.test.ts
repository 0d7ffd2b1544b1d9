import { describe, expect, it } from 'vitest';
import { placeOf, verbs, kinds } from './map.ts';

describe('where an endpoint is reached', () => {
  it.each([
    ['10.0.20.9', 'address/10.0.20.9'],
    ['10.0.20.9:80', 'address/10.0.20.9'],
    ['10.0.20.9/24', 'address/10.0.20.9'],
    ['http://10.0.20.9/x', 'address/10.0.20.9'],
    ['https://user:secret@10.0.20.9:8443/x?y', 'address/10.0.20.9'],
    ['[FD00::9]:443', 'address/fd00::9'],
    ['fd00:0:0::9', 'address/fd00::9'],
    ['fd00::9/64', 'address/fd00::9'],
    ['NAS.Lab.Example.net.', 'name/nas.lab.example.net'],
    ['nas1:9100', 'name/nas1'],
    ['srv://_http._tcp.lab', 'name/_http._tcp.lab'],
  ])('%s is %s', (text, ref) => {
    expect(placeOf(text)).toBe(ref);
  });

  it.each([
    '',
    ':8080',
    'localhost',
    'localhost:8080',
    'app.localhost',
    '127.0.0.1:8123',
    '[::1]:80',
    '0.0.0.0:53',
    '[::]:53',
    '169.254.3.4',
    'fe80::1',
    'unix//run/app.sock',
    'unix:///run/app.sock',
    '{env.UPSTREAM}:80',
    '{{ host }}',
    '8080',
    'two words',
  ])('%s leads nowhere in particular', (text) => {
    expect(placeOf(text)).toBeUndefined();
  });
});

it('every verb joins kinds that there are', () => {
  for (const { from, to } of Object.values(verbs))
    for (const kind of [...from, ...to]) expect(kinds).toContain(kind);
});
