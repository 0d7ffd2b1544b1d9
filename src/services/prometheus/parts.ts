/** What a compatible server may lack, or a homelab: `PROMETHEUS_WITHOUT` names what is not there on purpose. */
export const parts = {
  alertmanager: 'Alertmanager: silences, and whether alerts reach anybody',
  alerts: 'Alerts and rules: a server that only stores evaluates none',
  targets: 'Scrape targets',
  status: 'Its configuration: whether the last reload was taken',
} as const;

export type Part = keyof typeof parts;
