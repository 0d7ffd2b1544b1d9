export { Account, Notifications, Tokens, Whoami } from './account.ts';
export type { Notification } from './account.ts';
export { DataNodes, FailureCount, Failures, IndexCluster, IndexSets, Traffic } from './indexer.ts';
export { clusterRate, Inputs, Journal, Nodes, rateNames, Rates, System } from './nodes.ts';
export type { Node } from './nodes.ts';
export { FieldNames, SearchJob, Sources, Validation } from './search.ts';
export type { Message, SearchResult } from './search.ts';
export { Streams } from './streams.ts';
export type { Stream } from './streams.ts';
