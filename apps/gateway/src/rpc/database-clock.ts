import { setTimeout as sleep } from 'node:timers/promises';
import { clockOf, SERVICES, type ServiceName } from '@doorbuster/contracts';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from './rpc-client.js';
import { ClockBound } from './clock-bound.js';

const SAMPLE_INTERVAL_MS = 1_000;
const SAMPLE_DEADLINE_MS = 1_000;
/** A time that has passed on every clock. */
const PAST = 0;
/** Pause between samples while a request waits for one. */
const RETRY_MS = 100;

/**
 * Deadlines by the clock of each service's database, which the service can enforce exactly. The gateway keeps a lower
 * bound of each clock, so a deadline is never later than its caller waits.
 */
@Injectable()
export class DatabaseClock implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly bounds = new Map<ServiceName, ClockBound>(
    SERVICES.map((service) => [service, new ClockBound()]),
  );
  private readonly sampling = new Map<ServiceName, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly rpc: RpcClient) {}

  onApplicationBootstrap(): void {
    const sampleAll = (): void => {
      for (const service of SERVICES) void this.sample(service).catch(() => undefined);
    };
    sampleAll();
    this.timer = setInterval(sampleAll, SAMPLE_INTERVAL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Minimum time of the owner's database clock, in milliseconds since 1970; `undefined` without a fresh sample. */
  now(owner: ServiceName): number | undefined {
    return this.bounds.get(owner)?.at(performance.now());
  }

  /**
   * A time of the owner's database clock, at most `inMs` from now. Without a fresh sample, for example after a pause of
   * this process, it waits for one within that time.
   *
   * @returns a past time when no replica serves its clock. Replicas of the previous release ignore it. One of this release
   *   that subscribes a moment later refuses the request, which would have no limit otherwise.
   * @throws {ProblemException} SERVICE_TIMEOUT or SERVICE_UNAVAILABLE without a sample
   */
  async deadline(owner: ServiceName, inMs: number): Promise<number> {
    const endsAt = performance.now() + inMs;
    for (;;) {
      const now = this.now(owner);
      if (now !== undefined) return now + endsAt - performance.now();
      try {
        await this.sample(owner);
      } catch (error) {
        if (hasNoReplica(error)) return PAST;
        if (performance.now() + RETRY_MS >= endsAt) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  private sample(owner: ServiceName): Promise<void> {
    const current = this.sampling.get(owner);
    if (current) return current;
    const sampling = this.ask(owner).finally(() => this.sampling.delete(owner));
    this.sampling.set(owner, sampling);
    return sampling;
  }

  private async ask(owner: ServiceName): Promise<void> {
    const askedAt = performance.now();
    const { now } = await this.rpc.call(clockOf(owner), {}, SAMPLE_DEADLINE_MS);
    this.bounds.get(owner)?.add(now, askedAt, performance.now());
  }
}

/** No replica subscribes to this subject: none is running, so the request itself will fail, or all are of the previous release. */
const hasNoReplica = (error: unknown): boolean =>
  error instanceof ProblemException && error.code === 'SERVICE_UNAVAILABLE' && error.cause !== undefined;
