import type { CreateProductBody } from '@doorbuster/contracts';

export interface DemoProduct extends CreateProductBody {
  stock: number;
  picture: DemoPicture;
}

interface DemoPicture {
  /** Of the drawing in `drawings/`, and of its WebP in `pictures/`. */
  name: string;
  /** For those who do not see it. */
  alt: string;
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
    picture: { name: 'tshirt-black', alt: 'Black T-shirt with a red door on the chest' },
  },
  {
    sku: 'TSHIRT-BLACK-L',
    name: 'Doorbuster T-shirt, black, L',
    description: 'Heavy organic cotton, boxy cut. Survived the last sale.',
    category: 'apparel',
    price: usd(1_999),
    stock: 400,
    picture: { name: 'tshirt-black', alt: 'Black T-shirt with a red door on the chest' },
  },
  {
    sku: 'HOODIE-GREY-M',
    name: 'Zip hoodie, heather grey, M',
    description: 'Brushed fleece, two pockets, a hood that stays up.',
    category: 'apparel',
    price: usd(5_499),
    stock: 150,
    picture: { name: 'hoodie-grey', alt: 'Grey zip hoodie with two pockets' },
  },
  {
    sku: 'CAP-NAVY',
    name: 'Six-panel cap, navy',
    description: 'Washed twill with an adjustable strap.',
    category: 'apparel',
    price: usd(2_200),
    stock: 8,
    picture: { name: 'cap-navy', alt: 'Navy cap with a small red door' },
  },
  {
    sku: 'SNEAKER-AIRLINE-42',
    name: 'Airline runner, limited edition, 42',
    description: 'One hundred numbered pairs. No restock.',
    category: 'shoes',
    price: usd(14_900),
    stock: 100,
    picture: { name: 'sneaker-airline', alt: 'Red running shoe with a white stripe and a white sole' },
  },
  {
    sku: 'SNEAKER-COURT-43',
    name: 'Court classic, white, 43',
    description: 'Full-grain leather on a gum sole.',
    category: 'shoes',
    price: usd(8_900),
    stock: 120,
    picture: { name: 'sneaker-court', alt: 'White leather shoe on a gum sole, with a green heel' },
  },
  {
    sku: 'BOOT-CHELSEA-41',
    name: 'Chelsea boot, brown suede, 41',
    description: 'Goodyear welted, elastic sides, pull tab.',
    category: 'shoes',
    price: usd(16_500),
    stock: 35,
    picture: { name: 'boot-chelsea', alt: 'Brown suede boot with elastic sides and pull tabs' },
  },
  {
    sku: 'CONSOLE-NOVA',
    name: 'Nova game console, 1 TB',
    description: 'The one everybody queues for. One controller included.',
    category: 'electronics',
    price: usd(49_900),
    stock: 50,
    picture: { name: 'console-nova', alt: 'White and black game console with a controller' },
  },
  {
    sku: 'HEADPHONES-HUSH',
    name: 'Hush noise-cancelling headphones',
    description: 'Over-ear, 38 hours, folds flat.',
    category: 'electronics',
    price: usd(27_900),
    stock: 200,
    picture: { name: 'headphones-hush', alt: 'Grey over-ear headphones' },
  },
  {
    sku: 'CHARGER-65W',
    name: 'Pocket charger, 65 W',
    description: 'Two USB-C ports, gallium nitride, foldable plug.',
    category: 'electronics',
    price: usd(3_999),
    stock: 1_000,
    picture: { name: 'charger-65w', alt: 'White charger with two USB-C ports' },
  },
  {
    sku: 'KETTLE-POUR',
    name: 'Pour-over kettle, 0.9 l',
    description: 'Gooseneck spout and a temperature you can set to the degree.',
    category: 'home',
    price: usd(7_900),
    stock: 80,
    picture: { name: 'kettle-pour', alt: 'Steel kettle with a gooseneck spout and a wooden handle' },
  },
  {
    sku: 'LAMP-ARC',
    name: 'Arc desk lamp',
    description: 'Dimmable warm light, weighted base, no glare.',
    category: 'home',
    price: usd(6_450),
    stock: 60,
    picture: { name: 'lamp-arc', alt: 'Desk lamp with a curved arm and a red shade, lit' },
  },
  {
    sku: 'TICKET-FLOOR',
    name: 'The Outboxes, live at the Harbour Hall, floor',
    description: 'Standing, doors at seven. Valid for one person.',
    category: 'tickets',
    price: usd(7_500),
    stock: 2_000,
    picture: { name: 'ticket-floor', alt: 'Red ticket with a dancing crowd' },
  },
  {
    sku: 'TICKET-BALCONY',
    name: 'The Outboxes, live at the Harbour Hall, balcony',
    description: 'Seated, doors at seven. Valid for one person.',
    category: 'tickets',
    price: usd(9_500),
    stock: 300,
    picture: { name: 'ticket-balcony', alt: 'Blue ticket with a row of yellow seats' },
  },
];
