/** The platform's own services look the same on every machine; others take what comes after. */
const OWN = ['gateway', 'orders', 'inventory', 'payments', 'catalog', 'postgresql'];
const COLOURS = 10;

/** For `data-colour`, which the style sheet gives a colour for light and one for dark. */
export function colourOf(service) {
  const own = OWN.indexOf(service);
  if (own !== -1) return own;
  let hash = 0;
  for (const letter of service) hash = (hash * 31 + letter.codePointAt(0)) % 65_521;
  return OWN.length + (hash % (COLOURS - OWN.length));
}
