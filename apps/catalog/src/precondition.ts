import { refuse, type Reply } from '@doorbuster/contracts';

/** The refusal of a change whose `If-Match` names other versions than the current one. */
export const preconditionRefusal = (
  target: string,
  currentVersion: number,
  ifVersions: readonly number[] | undefined,
): Reply<never> | undefined =>
  ifVersions === undefined || ifVersions.includes(currentVersion)
    ? undefined
    : refuse(
        'PRECONDITION_FAILED',
        `${target} was changed since the version in If-Match. Read it, then change it again.`,
      );
