import { metrics } from '@opentelemetry/api';
import { observeSampled } from '@doorbuster/telemetry';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { StockRepository } from './stock.repository.js';

const meter = metrics.getMeter('doorbuster.inventory');
const inconsistent = meter.createObservableGauge('doorbuster.stock.inconsistent', {
  description: 'SKUs that were oversold, or whose levels do not add up: always 0.',
  unit: '{sku}',
});

/** Counts rows that break the table's checks. It detects checks that were dropped by hand. */
@Injectable()
export class StockMetrics implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private endObserving: (() => void) | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly stock: StockRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.endObserving = observeSampled({
      meter,
      gauges: [inconsistent],
      read: () => this.stock.countInconsistent(this.dataSource.manager),
      observe: (result, skus) => result.observe(inconsistent, skus),
    });
  }

  beforeApplicationShutdown(): void {
    this.endObserving?.();
  }
}
