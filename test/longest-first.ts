import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, whatever its size: it begins first, so that no worker is left alone with it at the end. */
const long =
  /shard-\d|upstream\/fakes|hostile\/(?:truth|model|kill|terminal|retry)|contract\/|context\/flood|test\/cli\.|test\/stdio\./;

/** The order in which files begin. A machine that has run the suite knows better how long each takes. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
