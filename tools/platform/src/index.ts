export { launchPlatform, type LaunchedPlatform, type LaunchOptions } from './launch-platform.js';
export type { RunFile } from './data-dir/run-file.js';
