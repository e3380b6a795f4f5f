import type { Reporter, TestModule, TestSpecification } from 'vitest/node';

const TITLES: Record<string, string> = {
  parts: 'the parts: one library, app or tool each, with real PostgreSQL and NATS servers',
  telemetry: 'the telemetry of the parts',
  platform: 'whole platforms, as `npm start` starts them: bought from, killed, cut off, upgraded',
  'platform-alone': 'platforms whose answers are timed, one after the other',
};
const LINE_EVERY_MS = 30_000;

/** Says what runs, and how far the run has got. Vitest lists the files. */
export class ProgressReporter implements Reporter {
  private readonly filesOf = new Map<string, number>();
  private readonly announced = new Set<string>();
  private readonly startedAt = performance.now();
  private lastLineAt = this.startedAt;
  private total = 0;
  private done = 0;

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.total = specifications.length;
    for (const { project } of specifications) {
      this.filesOf.set(project.name, (this.filesOf.get(project.name) ?? 0) + 1);
    }
  }

  onTestModuleStart({ project: { name } }: TestModule): void {
    if (this.announced.has(name)) return;
    this.announced.add(name);
    say(`\nNow ${TITLES[name] ?? name} (${this.filesOf.get(name)} files)`);
  }

  onTestModuleEnd(): void {
    this.done += 1;
    const now = performance.now();
    if (now - this.lastLineAt < LINE_EVERY_MS) return;
    this.lastLineAt = now;
    say(`   ... ${this.done} of ${this.total} files after ${duration(now - this.startedAt)}`);
  }
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
