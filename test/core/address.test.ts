import { describe, expect, it } from 'vitest';
import { isOwnMachine } from '../../src/core/base/address.ts';

describe('the machine of whoever uses a host', () => {
  it.each([
    '127.0.0.1',
    '127.0.1.1',
    '::1',
    '::',
    '0.0.0.0',
    '::ffff:7f00:1',
    '172.17.0.1',
    'localhost',
    'app.localhost',
    'host.docker.internal',
    'host.containers.internal',
  ])('is meant by %s', (host) => {
    expect(isOwnMachine(host)).toBe(true);
  });

  it.each([
    '10.0.20.9',
    '172.18.0.1',
    '172.16.255.255',
    'fd00::1',
    '::2',
    '::ffff:a00:1409',
    'localhost.lab.example.net',
    'notlocalhost',
    'docker.internal',
    'nas.lab.example.net',
  ])('is not meant by %s', (host) => {
    expect(isOwnMachine(host)).toBe(false);
  });
});
