export * from './configuration.ts';
export * from './ftl.ts';
export * from './search.ts';
export * from './session.ts';
export * from './statistics.ts';
