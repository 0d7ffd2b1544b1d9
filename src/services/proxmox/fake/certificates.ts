import { createHash } from 'node:crypto';
import { answeringNode, seconds, type Call } from './route.ts';

/** The served certificate is the loopback server's own, the others have made-up fingerprints. */
export function fingerprint({ cluster: { knobs } }: Call, node: string, file: string): string {
  if (node === knobs.node && file === 'pve-ssl.pem') return knobs.fingerprint;
  const digest = createHash('sha256')
    .update(file === 'pve-root-ca.pem' ? file : node)
    .digest('hex')
    .toUpperCase();
  return digest.replace(/(..)(?=.)/g, '$1:');
}

export function certificates(call: Call): unknown {
  const own = call.cluster.world.proxmox.certificates.filter(
    ({ node }) => node === answeringNode(call).name,
  );
  return own.map(({ node, file, subject, issuer, notBefore, notAfter, san }) => ({
    filename: file,
    fingerprint: fingerprint(call, node, file),
    subject,
    issuer,
    notbefore: seconds(notBefore),
    notafter: seconds(notAfter),
    san,
    'public-key-type': 'rsaEncryption',
    'public-key-bits': file === 'pve-root-ca.pem' ? 4096 : 2048,
  }));
}
