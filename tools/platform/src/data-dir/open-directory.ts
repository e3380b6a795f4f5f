import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';

/**
 * Makes the directory, unless it is there, and gives its real path.
 * @throws what to do about one that cannot be written to
 */
export function openDirectory(dir: string): string {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(dir);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(
      `cannot write to ${dir} (${code}); make it a directory of this user, or set DATA_DIR to another one`,
      { cause },
    );
  }
}
