import type { ConfiguredService } from '../../core/runtime.ts';
import type { Ref } from '../../core/map.ts';
import { instanceRef, type ServiceState } from '../service-state.ts';
import type { KnownFinding } from './known-finding.ts';

/** That a whole service is silent is no finding: its own row says so. Among the findings it is a symptom, which something else may explain. One that refuses says nothing of how its server is. */
export function silenceOf(
  { service, title, state, expected, problem = '' }: ServiceState,
  configured: ConfiguredService | undefined,
): KnownFinding[] {
  if ((state !== 'unreachable' && state !== 'down') || expected || !configured) return [];
  const servers = [...configured.instances.keys()].map((name) => instanceRef(service, name));
  const pair: Ref[] = servers.length > 1 ? [`instance/${service}`] : [];
  return [
    {
      id: `${service}.${state}`,
      severity: 'warning',
      subject: title,
      message: `${title}: ${problem}`,
      about: [...pair, ...servers],
      effect: state === 'unreachable' ? 'stops' : 'degrades',
      meaning: 'silent',
      isSilence: true,
    },
  ];
}
