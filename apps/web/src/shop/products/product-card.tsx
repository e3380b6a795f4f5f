import type { ProductView } from '@doorbuster/contracts';
import { Link } from '@tanstack/react-router';
import { StockLine } from '../../ui/availability.js';
import { CARD } from '../../ui/classes.js';
import { Picture } from '../../ui/picture.js';
import { Price } from '../../ui/price.js';

const ProductCard = ({ product }: { product: ProductView }) => (
  <li className={`group relative flex flex-col overflow-hidden ${CARD} hover:border-edge`}>
    <Picture product={product} sizes="(min-width: 64rem) 16rem, (min-width: 48rem) 33vw, 50vw" />
    <div className="flex grow flex-col gap-1 p-3 sm:p-4">
      <h3 className="text-base leading-snug font-semibold">
        <Link
          to="/products/$sku"
          params={{ sku: product.sku }}
          className="text-ink no-underline group-hover:underline after:absolute after:inset-0"
        >
          {product.name}
        </Link>
      </h3>
      <div className="mt-auto space-y-1 pt-1">
        <Price now={product.price} />
        <StockLine availability={product.availability} />
      </div>
    </div>
  </li>
);

export const ProductGrid = ({ products }: { products: readonly ProductView[] }) => (
  <ul className="grid grid-cols-2 gap-3 sm:gap-5 md:grid-cols-3 lg:grid-cols-4">
    {products.map((product) => (
      <ProductCard key={product.sku} product={product} />
    ))}
  </ul>
);

/** Keeps the place of products that are on their way. */
export const ProductGridSkeleton = () => (
  <div aria-hidden="true" className="grid grid-cols-2 gap-3 sm:gap-5 md:grid-cols-3 lg:grid-cols-4">
    {Array.from({ length: 8 }, (_, i) => (
      <div key={i} className={`overflow-hidden ${CARD}`}>
        <div className="aspect-square bg-raised" />
        <div className="h-28" />
      </div>
    ))}
  </div>
);
