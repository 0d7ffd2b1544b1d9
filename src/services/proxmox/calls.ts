interface Labelled {
  /** The instance, where there are several: they may have the same VMIDs and node names. */
  label: string | undefined;
}

/** Added to the arguments of a call where several clusters need it. */
export const instanceArgument = ({ label }: Labelled): { instance?: string } =>
  label === undefined ? {} : { instance: label };

/** The calls that dig deeper, at the right cluster. */
export const showGuest = (labelled: Labelled, vmid: number) => ({
  tool: 'get_guest',
  arguments: { vmid, ...instanceArgument(labelled) },
});

export const showNode = (labelled: Labelled, node: string) => ({
  tool: 'node_status',
  arguments: { node, ...instanceArgument(labelled) },
});

export const showOverview = (labelled: Labelled) => ({
  tool: 'infra_overview',
  arguments: { ...instanceArgument(labelled) },
});
