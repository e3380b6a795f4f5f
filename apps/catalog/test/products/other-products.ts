/** Products around those that a search must find, many of them with a similar name: a search that accepts too much finds them. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  kitchen:
    'cup, jug, rug, pan, pot, plate, bowl, knife, fork, spoon, whisk, grater, kettle, teapot, tin, tray'.split(
      ', ',
    ),
  apparel: 'skirt, short, sock, scarf, glove, belt, vest, coat, jacket, jumper, cardigan, dress, tie'.split(
    ', ',
  ),
  outdoor: 'tent, stove, lantern, rope, compass, hammock, canteen, cool box, rucksack, tarpaulin'.split(', '),
  office: 'pen, pencil, stapler, folder, notebook, ruler, eraser, calendar, clip, binder'.split(', '),
  audio: 'amplifier, turntable, microphone, earplug, radio, record, cable, receiver'.split(', '),
};
const VARIANTS = ['alpine', 'birch', 'copper', 'striped', 'recycled', 'pocket'];

export interface OtherProduct {
  sku: string;
  name: string;
  category: string;
}

export const OTHER_PRODUCTS: readonly OtherProduct[] = Object.entries(KINDS).flatMap(([category, kinds]) =>
  kinds.flatMap((kind) =>
    VARIANTS.map((variant) => ({
      sku: `X-${category}-${kind}-${variant}`.toUpperCase().replaceAll(' ', '-'),
      name: `${variant[0]?.toUpperCase()}${variant.slice(1)} ${kind}`,
      category,
    })),
  ),
);
