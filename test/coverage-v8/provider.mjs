// vitest looks for its own providers beside itself only; under a name of its own this one is taken from here.
import v8 from '@vitest/coverage-v8';

const module = {
  ...v8,
  async getProvider() {
    return Object.assign(await v8.getProvider(), { name: 'custom' });
  },
};
// oxlint-disable-next-line import/no-default-export -- what vitest imports
export default module;
