/** `npm run demo:pictures`: renders the drawings of the demo catalogue to the pictures that the seed uploads. */
import { globSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

const root = path.join(import.meta.dirname, '../libs/demo');
const SIZE = 800;

for (const drawing of globSync('drawings/*.svg', { cwd: root })) {
  const picture = path.join(root, 'pictures', `${path.basename(drawing, '.svg')}.webp`);
  // Twice the density of its 800 units, so that edges are smooth.
  const { size } = await sharp(path.join(root, drawing), { density: 144 })
    .resize(SIZE, SIZE)
    .webp({ quality: 82, effort: 6, smartSubsample: true })
    .toFile(picture);
  process.stdout.write(`${path.relative(root, picture)} ${size}\n`);
}
