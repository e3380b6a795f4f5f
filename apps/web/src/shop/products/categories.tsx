import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { categoriesQuery } from '../../api/queries.js';
import { capitalised } from '../../ui/format.js';

const CHIP = 'inline-flex min-h-11 items-center rounded-full border px-4 text-sm font-medium no-underline';

/**
 * Links to all categories, the present one marked.
 * @param current `undefined` for all products, `null` on a page that shows none of the lists
 */
export function Categories({ current }: { current: string | undefined | null }) {
  const { data } = useQuery(categoriesQuery);
  if (!data) return <div className="h-11" />;
  return (
    <nav aria-label="Categories">
      <ul className="flex flex-wrap gap-2">
        {[undefined, ...data.items.map(({ name }) => name)].map((category) => (
          <li key={category ?? ''}>
            <Link
              to="/products"
              search={category === undefined ? {} : { category }}
              aria-current={category === current ? 'page' : undefined}
              className={`${CHIP} ${category === current ? 'border-ink bg-ink text-ground' : 'border-edge bg-surface text-ink hover:bg-raised'}`}
              activeOptions={{ exact: true, includeSearch: true }}
              activeProps={{}}
            >
              {category === undefined ? 'All products' : capitalised(category)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
