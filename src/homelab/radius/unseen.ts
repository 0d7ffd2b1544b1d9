import type { Runtime } from '../../core/runtime.ts';
import type { Look } from '../look.ts';
import { isMissed, type ServiceState } from '../service-state.ts';

/** What may depend on a thing and was not seen, in one sentence; undefined where everything was. */
export function unseenText(
  { seen, gaps }: Look,
  { only }: Pick<Runtime, 'only'>,
): string | undefined {
  const silent = seen.flatMap(silentParts);
  const unread = gaps.map(({ what }) => what);
  const parts = silent.length > 0 ? [`what ${silent.join(', ')} would tell`, ...unread] : unread;
  const sentences = [
    parts.length > 0 && `Not looked at: ${parts.join('; ')}.`,
    only && `Only ${only.join(' and ')} was looked at.`,
  ].filter((sentence) => typeof sentence === 'string');
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

/** `Proxmox VE lab`, `parts of Caddy`. */
function silentParts({ title, state, silentInstances = [], gaps }: ServiceState): string[] {
  if (state === 'not_configured') return [];
  if (!['ok', 'degraded', 'partial'].includes(state)) return [title];
  if (silentInstances.length > 0) return silentInstances.map(({ name }) => `${title} ${name}`);
  return gaps.some(isMissed) ? [`parts of ${title}`] : [];
}
