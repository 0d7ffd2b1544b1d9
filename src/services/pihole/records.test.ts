import { describe, expect, test } from 'vitest';
import { compareRecords } from './drift.ts';
import { chainOf, entryWithout, oddEntries, recordsOf, type DnsRecord } from './records.ts';
import { stepsToAdd, stepsToRemove } from './change-steps.ts';

const none = { hosts: [], cnameRecords: [] };
const hosts = (...entries: string[]): DnsRecord[] =>
  recordsOf({ ...none, hosts: entries }).map(({ entry: _, ...record }) => record);
const cnames = (...entries: string[]): DnsRecord[] =>
  recordsOf({ ...none, cnameRecords: entries }).map(({ entry: _, ...record }) => record);

describe('stored lines', () => {
  test('one line of hosts may hold several names, tabs, a comment, any case', () => {
    expect(hosts('192.168.1.60\ta.lan  B.lan # both')).toEqual([
      { name: 'a.lan', type: 'A', value: '192.168.1.60' },
      { name: 'b.lan', type: 'A', value: '192.168.1.60' },
    ]);
    expect(hosts('fd00:0::0050 nas.lan')).toEqual([
      { name: 'nas.lan', type: 'AAAA', value: 'fd00::50' },
    ]);
  });

  test('one line of CNAMEs may hold several names and a TTL', () => {
    expect(cnames('c1.lan, C2.lan,nas.lan.,300')).toEqual([
      { name: 'c1.lan', type: 'CNAME', value: 'nas.lan', ttlSeconds: 300 },
      { name: 'c2.lan', type: 'CNAME', value: 'nas.lan', ttlSeconds: 300 },
    ]);
    expect(cnames('files.lan,nas.lan')).toEqual([
      { name: 'files.lan', type: 'CNAME', value: 'nas.lan', ttlSeconds: undefined },
    ]);
  });

  test('what holds no record is not lost silently', () => {
    expect(
      oddEntries({
        hosts: ['999.1.1.1 x.lan', '10.0.0.1', '10.0.0.2 ok.lan'],
        cnameRecords: ['onlyone', 'a.lan,b.lan'],
      }),
    ).toEqual(['999.1.1.1 x.lan', '10.0.0.1', 'onlyone']);
  });

  test('a name leaves its line, its neighbours and the comment stay', () => {
    const a: DnsRecord = { name: 'a.lan', type: 'A', value: '10.0.0.1' };
    expect(entryWithout('10.0.0.1 A.lan b.lan  # note', a)).toBe('10.0.0.1 b.lan # note');
    expect(entryWithout('10.0.0.1 a.lan # note', a)).toBeUndefined();
    expect(
      entryWithout('a.lan,b.lan,nas.lan,60', { name: 'a.lan', type: 'CNAME', value: 'nas.lan' }),
    ).toBe('b.lan,nas.lan,60');
  });
});

describe('the requests of a change', () => {
  const nas: DnsRecord = { name: 'nas.lan', type: 'A', value: '10.0.0.9' };
  const files: DnsRecord = { name: 'files.lan', type: 'CNAME', value: 'nas.lan' };

  test('adding is one line', () => {
    expect(stepsToAdd(nas)).toEqual([{ method: 'PUT', array: 'hosts', entry: '10.0.0.9 nas.lan' }]);
    expect(stepsToAdd({ ...files, ttlSeconds: 0 })).toEqual([
      { method: 'PUT', array: 'cnameRecords', entry: 'files.lan,nas.lan,0' },
    ]);
  });

  test('removing sends the line as it is stored, not as it would be written', () => {
    expect(
      stepsToRemove(nas, { ...none, hosts: ['10.0.0.9 NAS.lan # box', '10.0.0.8 nas.lan'] }),
    ).toEqual([{ method: 'DELETE', array: 'hosts', entry: '10.0.0.9 NAS.lan # box' }]);
  });

  test('a shared line of hosts is written anew before it goes, so that no neighbour is missing in between', () => {
    expect(stepsToRemove(nas, { ...none, hosts: ['10.0.0.9 nas.lan backup.lan'] })).toEqual([
      { method: 'PUT', array: 'hosts', entry: '10.0.0.9 backup.lan' },
      { method: 'DELETE', array: 'hosts', entry: '10.0.0.9 nas.lan backup.lan' },
    ]);
    expect(
      stepsToRemove(nas, {
        ...none,
        hosts: ['10.0.0.9 nas.lan backup.lan', '10.0.0.9 backup.lan'],
      }),
    ).toHaveLength(1);
  });

  test('a shared line of CNAMEs goes first, as no name may stand twice, and only the last request restarts', () => {
    expect(stepsToRemove(files, { ...none, cnameRecords: ['files.lan,docs.lan,nas.lan'] })).toEqual(
      [
        {
          method: 'DELETE',
          array: 'cnameRecords',
          entry: 'files.lan,docs.lan,nas.lan',
          restart: false,
        },
        { method: 'PUT', array: 'cnameRecords', entry: 'docs.lan,nas.lan' },
      ],
    );
  });

  test('a line with a slash cannot be named in a path: the list is set as a whole', () => {
    expect(
      stepsToRemove(nas, {
        ...none,
        hosts: ['10.0.0.1 gw.lan', '10.0.0.9 nas.lan b.lan # see wiki/nas'],
      }),
    ).toEqual([
      {
        method: 'PATCH',
        array: 'hosts',
        entries: ['10.0.0.1 gw.lan', '10.0.0.9 b.lan # see wiki/nas'],
      },
    ]);
  });
});

test('a chain of CNAMEs is followed to its end, and a loop does not hang it', () => {
  const records = cnames('a.lan,b.lan', 'b.lan,c.lan', 'x.lan,y.lan', 'y.lan,x.lan');
  expect(chainOf('a.lan', records).map(({ value }) => value)).toEqual(['b.lan', 'c.lan']);
  expect(chainOf('x.lan', records).map(({ value }) => value)).toEqual(['y.lan', 'x.lan']);
});

test('instances are compared by what their records say: order, case, spelling and lines do not matter, another TTL is no other record', () => {
  const one = {
    instance: 'dns1',
    records: [
      ...hosts('10.0.0.9 nas.lan backup.lan', 'fd00::9 nas.lan'),
      ...cnames('files.lan,nas.lan'),
    ],
  };
  const two = {
    instance: 'dns2',
    records: [
      ...hosts('FD00:0::9 NAS.lan', '10.0.0.9 backup.lan', '10.0.0.9 nas.lan'),
      ...cnames('files.lan,nas.lan,60'),
    ],
  };
  const compared = compareRecords([one, two]);
  expect(compared.filter(({ missingOn }) => missingOn.length > 0)).toEqual([]);
  expect(compared.filter(({ ttls }) => ttls).map(({ name, ttls }) => [name, ttls])).toEqual([
    [
      'files.lan',
      [
        { instance: 'dns1', ttlSeconds: null },
        { instance: 'dns2', ttlSeconds: 60 },
      ],
    ],
  ]);
});
