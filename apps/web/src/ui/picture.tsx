/** A drawing for each kind of product that has no picture of its own. Strokes of a 64 x 64 field. */
const DRAWINGS: Record<string, string> = {
  apparel: 'M24 14l-12 7 5 10 5-2v21h20V29l5 2 5-10-12-7c-2 4-14 4-16 0z',
  shoes:
    'M10 24v18c0 2 2 4 4 4h38c2 0 3-2 3-4 0-5-4-7-9-8-7-2-11-8-13-13l-6 3c-6 3-12 3-17 0zM10 39h44M30 30l5-3M34 35l5-3',
  electronics: 'M14 38v-5a18 18 0 0136 0v5M10 38h8v14h-4a4 4 0 01-4-4zM54 38h-8v14h4a4 4 0 004-4z',
  home: 'M32 10v8M20 32a12 14 0 0124 0zM32 32v18M22 54h20M29 38a3 3 0 006 0',
  tickets: 'M10 22h44v7a4 4 0 000 8v7H10v-7a4 4 0 000-8zM40 22v4M40 30v4M40 38v6',
};
const OTHER = 'M12 22l20-10 20 10v20L32 52 12 42zM12 22l20 10 20-10M32 32v20';

interface Source {
  url: string;
  width: number;
  height: number;
}

interface Pictured {
  name: string;
  category: string;
  images?: readonly (Source & { sources: readonly Source[] })[];
}

interface PictureProps {
  product: Pictured;
  className?: string;
  /** How wide it is shown, for `sizes`. */
  sizes?: string;
}

/** The picture of a product, square, or a drawing. It says nothing to people who listen: the name stands beside it. */
export function Picture({ product, className = '', sizes = '50vw' }: PictureProps) {
  const image = product.images?.[0];
  return (
    <div
      className={`flex aspect-square items-center justify-center overflow-hidden bg-raised text-quiet ${className}`}
    >
      {image ? (
        <img
          src={image.url}
          srcSet={image.sources.map(({ url, width }) => `${url} ${width}w`).join(', ')}
          sizes={sizes}
          width={image.width}
          height={image.height}
          alt=""
          className="size-full object-contain"
        />
      ) : (
        <svg viewBox="0 0 64 64" className="h-1/2 w-1/2" aria-hidden="true">
          <path
            d={DRAWINGS[product.category] ?? OTHER}
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
            strokeLinejoin="round"
            strokeLinecap="round"
          />
        </svg>
      )}
    </div>
  );
}
