export { DEMO_CATALOGUE, type DemoProduct } from './demo-catalogue.js';
export { seedCatalogue, seedPictures } from './seed-catalogue.js';
export { seedSale } from './seed-sale.js';
