import { day, hour, second } from '../world/clock.ts';
import type { ProxyNode, ProxySite } from '../world/proxy.ts';
import type { World } from '../world/index.ts';
import type { Incident } from './incident.ts';

const nodeOf = ({ proxy }: World, name: string): ProxyNode[] =>
  proxy.nodes.filter((node) => node.name === name);
const sitesOf = (nodes: readonly ProxyNode[], host: string): ProxySite[] =>
  nodes.flatMap(({ sites }) => sites.filter((site) => site.host === host));

export const proxyIncidents = {
  'site-errors': {
    title: 'Nextcloud answers two of five requests with a server error',
    expect: 'caddy.error-rate/nextcloud.lab.example.net',
    apply(world) {
      for (const site of sitesOf(world.proxy.nodes, world.fqdn('nextcloud'))) site.errorShare = 0.4;
    },
  },
  'application-crashed': {
    title: 'The application in the container n8n crashed; the container runs on',
    expect: 'caddy.upstream-down/10.0.30.62:5678',
    apply: ({ proxy }) => {
      proxy.crashed.push('n8n');
    },
  },
  'half-the-upstreams-gone': {
    title: 'The web interface of dns1 no longer answers, that of dns2 does',
    expect: 'caddy.upstream-down/10.0.10.2:80',
    apply: ({ proxy }) => {
      proxy.crashed.push('dns1');
    },
  },
  'quiet-site-dead': {
    title:
      'The wiki, which nobody checks, is dead: each of the few requests since the reload got a 502',
    expect: 'caddy.failing-since-reload/caddy1',
    apply(world) {
      world.proxy.crashed.push('wiki');
      for (const site of sitesOf(nodeOf(world, 'caddy1'), world.fqdn('wiki')))
        site.pastFailures = 5;
    },
  },
  'proxies-differ': {
    title: 'A site was changed on caddy1 only, and another one was never added to caddy2',
    expect: 'caddy.config-drift/sites',
    apply(world) {
      for (const { action } of sitesOf(nodeOf(world, 'caddy1'), world.fqdn('miniflux')))
        if (action.kind === 'proxy') for (const upstream of action.upstreams) upstream.port = 8081;
      for (const node of nodeOf(world, 'caddy2'))
        node.sites = node.sites.filter(({ host }) => host !== world.fqdn('forgejo'));
    },
  },
  'caddy-crashed': {
    title: 'Caddy on caddy2 crashed while its container runs on',
    expect: 'caddy.instance-down/caddy2',
    apply(world) {
      for (const node of nodeOf(world, 'caddy2')) node.running = false;
    },
  },
  'caddy-reload-failed': {
    title: 'Caddy on caddy2 refused its new configuration and runs the old one',
    expect: 'caddy.reload-failed/caddy2',
    apply(world) {
      for (const node of nodeOf(world, 'caddy2')) node.reloadOk = false;
    },
  },
  'site-certificate-expiring': {
    title: 'The certificate of all sites ends in four days, since the DNS token was revoked',
    expect: 'caddy.certificate-expiring/*.lab.example.net',
    apply({ proxy, now }) {
      for (const node of proxy.nodes)
        Object.assign(node.certificate, { from: now() - 86 * day, to: now() + 4 * day });
    },
  },
  'site-without-certificate': {
    title: 'No certificate could be had for vaultwarden',
    expect: 'caddy.tls-failing/vaultwarden.lab.example.net',
    apply(world) {
      for (const node of world.proxy.nodes) node.withoutCertificate.push(world.fqdn('vaultwarden'));
    },
  },
  'caddy-reloaded': {
    title:
      'Both Caddies were reloaded a moment ago and have not looked at every upstream yet: nothing is wrong',
    apply({ proxy, now }) {
      for (const node of proxy.nodes) node.loadedAt = now() - 4 * second;
    },
  },
  'site-failed-after-reload': {
    title:
      'Jellyfin failed five times while it started after the reload, and works since: nothing is wrong',
    apply(world) {
      for (const site of sitesOf(world.proxy.nodes, world.fqdn('jellyfin'))) site.pastFailures = 5;
    },
  },
  'few-site-errors': {
    title: 'One request to jellyfin in a hundred fails: nothing is wrong',
    apply(world) {
      for (const site of sitesOf(world.proxy.nodes, world.fqdn('jellyfin')))
        Object.assign(site, { errorShare: 0.01, requestsPerSecond: 100 });
    },
  },
  'short-lived-certificate': {
    title: 'A certificate that lives for twelve hours ends in five: nothing is wrong',
    apply({ proxy, now }) {
      for (const node of proxy.nodes)
        Object.assign(node.certificate, { from: now() - 7 * hour, to: now() + 5 * hour });
    },
  },
} satisfies Record<string, Incident>;
