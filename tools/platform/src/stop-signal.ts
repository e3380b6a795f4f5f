/** One Ctrl-C may arrive twice: from the terminal and from npm, which forwards it. */
const SAME_SIGNAL_MS = 500;

export interface StopSignalHandlers {
  first: (signal: NodeJS.Signals) => void;
  /** A second signal: stop waiting. */
  again: () => void;
}

export function onStopSignal({ first, again }: StopSignalHandlers): void {
  let firstAt: number | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    const now = Date.now();
    if (firstAt === undefined) {
      firstAt = now;
      first(signal);
    } else if (now - firstAt > SAME_SIGNAL_MS) {
      again();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
}
