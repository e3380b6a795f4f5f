import { createHash } from 'node:crypto';

/** The look of the shop: system fonts, one accent, light and dark, phone first. */
export const STYLES = `:root {
  color-scheme: light dark;
  --ground: #fbfaf8;
  --card: #ffffff;
  --ink: #1d1b19;
  --soft: #5d5853;
  --line: #8d867f;
  --accent: oklch(0.55 0.2 27);
  --on-accent: #ffffff;
  --wrong: oklch(0.5 0.19 27);
  --wrong-ground: oklch(0.96 0.02 27);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #171513;
    --card: #211e1b;
    --ink: #f3f0ec;
    --soft: #b9b2aa;
    --line: #857d75;
    --accent: oklch(0.72 0.16 27);
    --on-accent: #1d0f0c;
    --wrong: oklch(0.8 0.11 27);
    --wrong-ground: oklch(0.28 0.05 27);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: flex;
  flex-direction: column;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
header { padding: 1rem 1.25rem; }
header a { color: inherit; font-weight: 700; font-size: 1.125rem; text-decoration: none; }
main { width: 100%; max-width: 26rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1.25rem; }
form, .card { background: var(--card); border-radius: 10px; padding: 1.5rem; box-shadow: 0 1px 3px rgb(0 0 0 / 0.12); }
.card form { all: unset; }
.card p { margin: 0; }
label { display: block; font-weight: 600; margin-top: 1rem; }
label:first-of-type { margin-top: 0; }
input {
  width: 100%;
  margin-top: 0.375rem;
  padding: 0.75rem;
  font: inherit;
  color: inherit;
  background: var(--ground);
  border: 1px solid var(--line);
  border-radius: 10px;
}
input[aria-invalid='true'] { border: 2px solid var(--wrong); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.hint { margin: 0.375rem 0 0; color: var(--soft); font-size: 0.875rem; }
.wrong { margin: 0.375rem 0 0; color: var(--wrong); font-size: 0.9375rem; }
.alert {
  margin: 0 0 1.25rem;
  padding: 0.875rem 1rem;
  color: var(--wrong);
  background: var(--wrong-ground);
  border-left: 4px solid var(--wrong);
  border-radius: 10px;
}
button {
  width: 100%;
  min-height: 3rem;
  margin-top: 1.5rem;
  padding: 0.75rem 1rem;
  font: inherit;
  font-weight: 600;
  color: var(--on-accent);
  background: var(--accent);
  border: 1px solid var(--accent);
  border-radius: 10px;
  cursor: pointer;
}
button.quiet { margin-top: 0.75rem; color: inherit; background: transparent; border-color: var(--line); }
.below { display: block; margin: 1.25rem 0 0; text-align: center; }
main a { color: var(--accent); }
@media (min-width: 40rem) { main { padding-top: 4rem; } }
`;

const VERSION_LENGTH = 12;
const version = createHash('sha256').update(STYLES).digest('hex').slice(0, VERSION_LENGTH);

/** The path of the file below the issuer. A changed file has another path, so browsers keep it for ever. */
export const STYLES_PATH = `/styles-${version}.css`;
