import { expect, test } from 'vitest';
import { lab } from '../../../test/harness.ts';
test('try', async () => {
  const l = await lab({ only: ['pihole'] });
  for (const [t,a] of [['dns_list_records',{limit:5}],['dns_lookup',{domain:'grafana.lab.example.net'}],['dns_lookup',{domain:'ads.example.com'}],['service_health',{service:'pihole'}],['dns_add_record',{domain:'new.lab.example.net',ip:'10.0.50.9'}],['dns_add_record',{domain:'new.lab.example.net',ip:'10.0.50.9',confirm:true}],['dns_add_record',{domain:'alias.lab.example.net',target:'new.lab.example.net',confirm:true}],['dns_remove_record',{domain:'new.lab.example.net',confirm:true}],['dns_lookup',{domain:'10.0.10.9'}]] as const) {
    const r = await l.call(t,a); console.log(t, JSON.stringify(a), r.isError, '\n'+r.text+'\n', JSON.stringify(r.data).slice(0,600));
  }
  expect(1).toBe(1);
});
