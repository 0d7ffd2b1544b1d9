import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { authority } from './certificate.ts';

test('a leaf is issued and signed by its authority, for its hosts, to serve and to be a client', () => {
  const root = authority();
  const ca = new X509Certificate(root.ca);
  const issued = root.issue('pve-mini5', ['pve-mini5.lab.example.net', '192.0.2.15']);
  const leaf = new X509Certificate(issued.cert);
  expect([ca.ca, leaf.ca]).toEqual([true, false]);
  expect([leaf.checkIssued(ca), leaf.verify(ca.publicKey), ca.verify(ca.publicKey)]).toEqual([
    true,
    true,
    true,
  ]);
  expect(leaf.subject).toBe('CN=pve-mini5');
  expect([
    leaf.checkHost('pve-mini5.lab.example.net'),
    leaf.checkIP('192.0.2.15'),
    leaf.checkHost('localhost'),
  ]).toEqual(['pve-mini5.lab.example.net', '192.0.2.15', undefined]);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  expect(leaf.fingerprint256).toBe(issued.fingerprint);
});

test('authorities share nothing but their name', () => {
  const [one, other] = [authority(), authority()];
  const leaf = new X509Certificate(one.issue().cert);
  expect(one.fingerprint).not.toBe(other.fingerprint);
  expect(leaf.verify(new X509Certificate(other.ca).publicKey)).toBe(false);
});

test('a leaf names the key of its issuer, which strict verifiers demand', () => {
  const root = authority();
  const leaf = root.issue();
  const [ca, own] = [root.ca, leaf.cert].map((pem) => new X509Certificate(pem).raw);
  // 2.5.29.14 with an octet string of 20 bytes, and 2.5.29.35 whose keyIdentifier is the same.
  const key = /551d0e04160414(.{40})/.exec(ca?.toString('hex') ?? '')?.[1];
  expect(key).toMatch(/^[0-9a-f]{40}$/);
  expect(/551d23041830168014(.{40})/.exec(own?.toString('hex') ?? '')?.[1]).toBe(key);
});
