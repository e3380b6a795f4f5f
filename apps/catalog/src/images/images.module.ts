import type { ObjectStore } from '@doorbuster/object-store';
import { NATS_CONNECTION } from '@doorbuster/service';
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CatalogConfig } from '../catalog.config.js';
import { ProductsModule } from '../products/products.module.js';
import { ImageCleanupJob } from './image-cleanup.job.js';
import { ImageFilesRepository } from './image-files.repository.js';
import { ImageReaderService } from './image-reader.service.js';
import { ImageRenderer } from './image-renderer.js';
import { IMAGE_STORE, openImageStore } from './image-store.js';
import { ImagesRpcController } from './images.rpc-controller.js';
import { ProductImagesService } from './product-images.service.js';

@Module({
  imports: [ProductsModule],
  controllers: [ImagesRpcController],
  providers: [
    CatalogConfig,
    { provide: IMAGE_STORE, useFactory: openImageStore, inject: [CatalogConfig, NATS_CONNECTION] },
    ImageCleanupJob,
    ImageFilesRepository,
    ImageReaderService,
    ImageRenderer,
    ProductImagesService,
  ],
})
export class ImagesModule implements OnApplicationShutdown {
  constructor(@Inject(IMAGE_STORE) private readonly store: ObjectStore) {}

  onApplicationShutdown(): void {
    this.store.close();
  }
}
