import type { ProcessOptions } from '@doorbuster/embedded';
import { logFormatOf, terminalLog } from '@doorbuster/telemetry';

/**
 * Where the output of a service goes. On a terminal the platform prints it, so that what many services say about one outage
 * is one line. Everywhere else services write JSON lines to the platform's own output.
 */
export function serviceOutput(
  name: string,
  env: NodeJS.ProcessEnv,
): { output: ProcessOptions['output']; env: { LOG_FORMAT: 'json' } } {
  const isPretty = logFormatOf(env, process.stdout) === 'pretty';
  return {
    output: isPretty ? (stream) => terminalLog().follow(stream, name) : 'inherit',
    env: { LOG_FORMAT: 'json' },
  };
}
