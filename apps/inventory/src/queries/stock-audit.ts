import { metrics } from '@opentelemetry/api';
import { observeSampled } from '@doorbuster/telemetry';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { countInconsistentStock } from '../persistence/stock.repository.js';

const meter = metrics.getMeter('doorbuster.inventory');
const inconsistent = meter.createObservableGauge('doorbuster.stock.inconsistent', {
  description: 'SKUs that were oversold, or whose levels do not add up: always 0.',
  unit: '{sku}',
});

/** The table's checks make it impossible; this is for whoever was told that before. */
@Injectable()
export class StockAudit implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private endObserving: (() => void) | undefined;

  constructor(private readonly dataSource: DataSource) {}

  onApplicationBootstrap(): void {
    this.endObserving = observeSampled({
      meter,
      gauges: [inconsistent],
      read: () => countInconsistentStock(this.dataSource.manager),
      observe: (result, skus) => result.observe(inconsistent, skus),
    });
  }

  beforeApplicationShutdown(): void {
    this.endObserving?.();
  }
}
