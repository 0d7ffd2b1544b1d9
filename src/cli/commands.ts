export { approve, deny } from './approve.ts';
export { audit } from './audit.ts';
export { callCommand } from './call.ts';
export { doctor } from './doctor.ts';
export { health } from './health.ts';
export { prompt } from './prompt.ts';
export { resources } from './resources.ts';
export { token } from './token.ts';
export { tools } from './tools.ts';
