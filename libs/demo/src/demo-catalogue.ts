import type { CreateProductBody } from '@doorbuster/contracts';

export interface DemoProduct extends CreateProductBody {
  stock: number;
}

const usd = (amount: number) => ({ amount, currency: 'USD' });

/** A small shop on the day before its sale. */
export const DEMO_CATALOGUE: readonly DemoProduct[] = [
  {
    sku: 'TSHIRT-BLACK-M',
    name: 'Doorbuster T-shirt, black, M',
    description: 'Heavy organic cotton, boxy cut. Survived the last sale.',
    category: 'apparel',
    price: usd(1_999),
    stock: 500,
  },
  {
    sku: 'TSHIRT-BLACK-L',
    name: 'Doorbuster T-shirt, black, L',
    description: 'Heavy organic cotton, boxy cut. Survived the last sale.',
    category: 'apparel',
    price: usd(1_999),
    stock: 400,
  },
  {
    sku: 'HOODIE-GREY-M',
    name: 'Zip hoodie, heather grey, M',
    description: 'Brushed fleece, two pockets, a hood that stays up.',
    category: 'apparel',
    price: usd(5_499),
    stock: 150,
  },
  {
    sku: 'CAP-NAVY',
    name: 'Six-panel cap, navy',
    description: 'Washed twill with an adjustable strap.',
    category: 'apparel',
    price: usd(2_200),
    stock: 8,
  },
  {
    sku: 'SNEAKER-AIRLINE-42',
    name: 'Airline runner, limited edition, 42',
    description: 'One hundred numbered pairs. No restock.',
    category: 'shoes',
    price: usd(14_900),
    stock: 100,
  },
  {
    sku: 'SNEAKER-COURT-43',
    name: 'Court classic, white, 43',
    description: 'Full-grain leather on a gum sole.',
    category: 'shoes',
    price: usd(8_900),
    stock: 120,
  },
  {
    sku: 'BOOT-CHELSEA-41',
    name: 'Chelsea boot, brown suede, 41',
    description: 'Goodyear welted, elastic sides, pull tab.',
    category: 'shoes',
    price: usd(16_500),
    stock: 35,
  },
  {
    sku: 'CONSOLE-NOVA',
    name: 'Nova game console, 1 TB',
    description: 'The one everybody queues for. One controller included.',
    category: 'electronics',
    price: usd(49_900),
    stock: 50,
  },
  {
    sku: 'HEADPHONES-HUSH',
    name: 'Hush noise-cancelling headphones',
    description: 'Over-ear, 38 hours, folds flat.',
    category: 'electronics',
    price: usd(27_900),
    stock: 200,
  },
  {
    sku: 'CHARGER-65W',
    name: 'Pocket charger, 65 W',
    description: 'Two USB-C ports, gallium nitride, foldable plug.',
    category: 'electronics',
    price: usd(3_999),
    stock: 1_000,
  },
  {
    sku: 'KETTLE-POUR',
    name: 'Pour-over kettle, 0.9 l',
    description: 'Gooseneck spout and a temperature you can set to the degree.',
    category: 'home',
    price: usd(7_900),
    stock: 80,
  },
  {
    sku: 'LAMP-ARC',
    name: 'Arc desk lamp',
    description: 'Dimmable warm light, weighted base, no glare.',
    category: 'home',
    price: usd(6_450),
    stock: 60,
  },
  {
    sku: 'TICKET-FLOOR',
    name: 'The Outboxes, live at the Harbour Hall, floor',
    description: 'Standing, doors at seven. Valid for one person.',
    category: 'tickets',
    price: usd(7_500),
    stock: 2_000,
  },
  {
    sku: 'TICKET-BALCONY',
    name: 'The Outboxes, live at the Harbour Hall, balcony',
    description: 'Seated, doors at seven. Valid for one person.',
    category: 'tickets',
    price: usd(9_500),
    stock: 300,
  },
];
