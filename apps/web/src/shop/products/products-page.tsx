import type { ProductFilter } from '@doorbuster/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { productsQuery } from '../../api/queries.js';
import { FIELD, SECONDARY } from '../../ui/classes.js';
import { capitalised } from '../../ui/format.js';
import { LoadError, Notice } from '../../ui/notice.js';
import { Page } from '../../ui/page.js';
import { Categories } from './categories.js';
import { ProductGrid, ProductGridSkeleton } from './product-card.js';

const route = getRouteApi('/products');

type ProductSort = NonNullable<ProductFilter['sort']>;

const SORTS: Partial<Record<ProductSort, string>> = {
  price: 'Price, low to high',
  '-price': 'Price, high to low',
};

/** The search and the categories. */
export function ProductsPage() {
  const { q, category, sort } = route.useSearch();
  const products = useInfiniteQuery(
    productsQuery({
      ...(q && { q }),
      ...(category && { category }),
      ...(sort && { sort: sort as ProductSort }),
    }),
  );
  const found = products.data?.pages.flatMap(({ items }) => items);
  const title = q ? `Search: ${q}` : category ? capitalised(category) : 'All products';
  return (
    <Page title={title} aside={<Sorting sort={sort} />}>
      <Categories current={category} />
      <div role="status" className="sr-only">
        {found && `${found.length}${products.hasNextPage ? ' or more' : ''} products`}
      </div>
      {products.isError && <LoadError retry={() => void products.refetch()} />}
      {products.isPending && <ProductGridSkeleton />}
      {found?.length === 0 && (
        <Notice title="Nothing found">
          <p>Try a shorter word, or choose a category above.</p>
        </Notice>
      )}
      {found && found.length > 0 && (
        <section aria-label="Products">
          <h2 className="sr-only">Products</h2>
          <ProductGrid products={found} />
        </section>
      )}
      {products.hasNextPage && (
        <button
          type="button"
          className={SECONDARY}
          disabled={products.isFetchingNextPage}
          onClick={() => void products.fetchNextPage()}
        >
          {products.isFetchingNextPage ? 'Loading…' : 'Show more'}
        </button>
      )}
    </Page>
  );
}

function Sorting({ sort = '' }: { sort?: string | undefined }) {
  const navigate = route.useNavigate();
  const choose = (chosen: string): void =>
    void navigate({
      search: ({ sort: _, ...others }) => (chosen === '' ? others : { ...others, sort: chosen }),
      replace: true,
    });
  return (
    <label className="flex items-center gap-2 text-sm whitespace-nowrap">
      Sort by
      <select value={sort} onChange={({ target }) => choose(target.value)} className={`${FIELD} w-auto`}>
        <option value="">Best match</option>
        {Object.entries(SORTS).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
