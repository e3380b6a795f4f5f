import { statSync } from 'node:fs';

const CHECK_INTERVAL_MS = 500;

/** Notices that a directory was deleted, or replaced by another one of the same name. */
export class DirectoryWatch {
  /** A directory is watched from when it first exists. */
  private readonly inodes = new Map<string, number>();
  private readonly timer = setInterval(() => this.reportDeleted(), CHECK_INTERVAL_MS).unref();
  private isReported = false;

  /** @param onDeleted called once */
  constructor(
    private readonly directories: readonly string[],
    private readonly onDeleted: (directory: string) => void,
  ) {
    this.reportDeleted();
  }

  /** Reports the first deleted directory, once, and ends the watch. @returns that directory */
  reportDeleted(): string | undefined {
    const found = this.directories.find((directory) => this.isDeleted(directory));
    if (found === undefined || this.isReported) return found;
    this.isReported = true;
    this.close();
    this.onDeleted(found);
    return found;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private isDeleted(directory: string): boolean {
    const known = this.inodes.get(directory);
    const inode = statSync(directory, { throwIfNoEntry: false })?.ino;
    if (known === undefined && inode !== undefined) this.inodes.set(directory, inode);
    return known !== undefined && known !== inode;
  }
}
