/** The product's own variables, which begin like those of its service here. */
export interface Foreign {
  /** Those that would be read as an instance's: `N8N_EDITOR_BASE_URL` is no address of an instance `editor_base`. Spelled to their end, as an instance may be called by nearly any word. */
  names?: readonly RegExp[];
  /** Beginnings of the others: nothing would read them, and they are no mistake. */
  families?: readonly RegExp[];
}

/** What Kubernetes and Docker's links put into every container for each service beside it: `PIHOLE_SERVICE_HOST`, `PIHOLE_PORT_80_TCP_ADDR`. */
const ofTheContainerHost =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO|START|END))?)$/;

/** `N8N_PORT=tcp://10.0.0.1:5678` comes from there too, and would be taken for a port. */
const linkedPort = /^(?:tcp|udp|sctp):\/\//i;

/** Whether a variable that reads as `role` is somebody else's: nothing that the service itself is asked for can be. */
export function isForeign(
  variable: string,
  value: string,
  role: 'own' | 'instance' | 'unknown',
  { names = [], families = [] }: Foreign = {},
): boolean {
  if (/_PORT$/.test(variable) && linkedPort.test(value)) return true;
  if (role === 'own') return false;
  if (ofTheContainerHost.test(variable) || names.some((name) => name.test(variable))) return true;
  return role === 'unknown' && families.some((family) => family.test(variable));
}
