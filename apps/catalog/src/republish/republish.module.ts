import { Module } from '@nestjs/common';
import { ProductsModule } from '../products/products.module.js';
import { SalesModule } from '../sales/sales.module.js';
import { AnnouncedStreamRepository } from './announced-stream.repository.js';
import { CatalogRepublisher } from './catalog-republisher.js';
import { StreamWatcher } from './stream-watcher.js';

@Module({
  imports: [ProductsModule, SalesModule],
  providers: [AnnouncedStreamRepository, StreamWatcher, CatalogRepublisher],
})
export class RepublishModule {}
