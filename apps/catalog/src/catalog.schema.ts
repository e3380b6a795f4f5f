import type { SchemaDefinition } from '@doorbuster/persistence';
import { ImageFileEntity } from './images/image-file.entity.js';
import { ImageUploadPartEntity } from './images/image-upload-part.entity.js';
import { AddSales1768100000000 } from './migrations/add-sales.migration.js';
import { BoundSaleInstants1768500000000 } from './migrations/bound-sale-instants.migration.js';
import { AddImages1769000000001 } from './migrations/add-images.migration.js';
import { CreateCatalog1767225601000 } from './migrations/create-catalog.migration.js';
import { CreateSearch1768600000000 } from './migrations/create-search.migration.js';
import { FillSearch1768600000001 } from './migrations/fill-search.migration.js';
import { IndexImages1769000000002 } from './migrations/index-images.migration.js';
import { IndexPrices1769000000000 } from './migrations/index-prices.migration.js';
import { RepublishForCart1769200000000 } from './migrations/republish-for-cart.migration.js';
import { ProductSearchEntity, SearchTermEntity } from './products/search.entities.js';
import { ProductEntity } from './products/product.entity.js';
import { AnnouncedStreamEntity } from './republish/announced-stream.entity.js';
import { SaleEntity } from './sales/sale.entity.js';

export const catalogSchema: SchemaDefinition = {
  service: 'catalog',
  migrations: [
    CreateCatalog1767225601000,
    AddSales1768100000000,
    BoundSaleInstants1768500000000,
    CreateSearch1768600000000,
    FillSearch1768600000001,
    IndexPrices1769000000000,
    AddImages1769000000001,
    IndexImages1769000000002,
    RepublishForCart1769200000000,
  ],
  entities: [
    ImageFileEntity,
    ImageUploadPartEntity,
    ProductEntity,
    ProductSearchEntity,
    SearchTermEntity,
    SaleEntity,
    AnnouncedStreamEntity,
  ],
};
