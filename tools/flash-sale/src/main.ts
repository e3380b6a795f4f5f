import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OptionError } from '@doorbuster/service/process';
import { HELP, parseOptions, type SaleOptions } from './options.js';
import { page } from './report/page.js';
import type { SaleReport } from './report/report-data.js';
import { summary } from './report/summary.js';
import { runSale } from './run-sale.js';
import { startLiveView } from './report/live-view.js';

const EXIT = { kept: 0, broken: 1, notHeld: 2, interrupted: 130 } as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

// Thousands of refusals a second are expected; with stack traces, they cost the client more than the requests.
Error.stackTraceLimit = 0;

try {
  process.exitCode = await main();
} catch (error) {
  const isOption = error instanceof OptionError;
  const said = error instanceof Error ? error.message : String(error);
  process.stderr.write(`flash-sale: ${said}\n${isOption ? 'See npm run flash-sale -- --help\n' : ''}`);
  process.exitCode = EXIT.notHeld;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    print(HELP);
    return EXIT.kept;
  }
  const stop = stopOnSignal();
  try {
    const report = await runSale(options, {
      stop,
      say: print,
      watch(view) {
        const live = startLiveView(view, options.stock, process.stdout);
        return () => live.end();
      },
    });
    print(summary(report));
    writeReports(options, report);
    if (stop.aborted) return EXIT.interrupted;
    return report.verdict.result === 'KEPT' ? EXIT.kept : EXIT.broken;
  } catch (error) {
    if (!stop.aborted) throw error;
    print('interrupted before the opening');
    return EXIT.interrupted;
  }
}

/** The first Ctrl-C ends the sale and still reports; a second one, not npm's copy of the first, ends at once. */
function stopOnSignal(): AbortSignal {
  const SAME_SIGNAL_MS = 500;
  const controller = new AbortController();
  let stoppedAt: number | undefined;
  const stop = (): void => {
    if (stoppedAt !== undefined && Date.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(EXIT.interrupted);
    stoppedAt ??= Date.now();
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  return controller.signal;
}

function writeReports({ report: pageFile, json }: SaleOptions, report: SaleReport): void {
  write(pageFile, page(report));
  if (json !== undefined) write(json, `${JSON.stringify(report, null, 2)}\n`);
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, text);
  print(`wrote ${path.resolve(file)}`);
}
