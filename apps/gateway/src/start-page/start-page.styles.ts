/** Colours are those of the shop, `apps/web/src/styles.css`. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --ground: light-dark(oklch(0.985 0.004 60), oklch(0.18 0.008 40));
  --surface: light-dark(oklch(1 0 0), oklch(0.22 0.009 40));
  --line: light-dark(oklch(0.905 0.009 60), oklch(0.33 0.012 40));
  --text: light-dark(oklch(0.23 0.015 40), oklch(0.95 0.006 60));
  --quiet: light-dark(oklch(0.45 0.015 40), oklch(0.76 0.012 60));
  --accent: light-dark(oklch(0.5 0.19 27), oklch(0.77 0.13 27));
  --bad: light-dark(oklch(0.5 0.19 27), oklch(0.77 0.13 27));
  --good: light-dark(oklch(0.45 0.11 155), oklch(0.8 0.13 155));
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); }
main { max-width: 60rem; margin: 0 auto; padding: clamp(1.25rem, 5vw, 3.5rem) clamp(1rem, 4vw, 2rem); }
h1, h2, p, ul, pre { margin: 0; padding: 0; }
h1 { display: flex; align-items: center; gap: .75rem; font-size: clamp(1.6rem, 5vw, 2.1rem); letter-spacing: -.02em; line-height: 1.2; }
h2 { font-size: 1.05rem; margin-bottom: .75rem; }
header p { margin-top: .6rem; max-width: 42rem; color: var(--quiet); }
section { margin-top: 2.25rem; }
section p { color: var(--quiet); }
a { color: var(--accent); }
ul { list-style: none; }
.parts { display: flex; flex-wrap: wrap; gap: .5rem; }
.parts li { display: flex; align-items: center; gap: .45rem; padding: .3rem .75rem; border: 1px solid var(--line); border-radius: 99px; background: var(--surface); font-size: .9rem; }
.parts li::before { content: ''; width: .55rem; height: .55rem; border-radius: 50%; background: var(--good); }
.parts .down::before { border-radius: 2px; background: var(--bad); }
.parts span { color: var(--good); }
.parts .down span { color: var(--bad); font-weight: 600; }
.links { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem; }
.links a { display: block; height: 100%; padding: .9rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); color: var(--text); text-decoration: none; }
.links a:hover { border-color: var(--accent); }
.links strong { display: block; color: var(--accent); }
.links span { color: var(--quiet); font-size: .9rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
pre { margin: .75rem 0; padding: 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); font-size: .85rem; line-height: 1.6; }
pre code { user-select: all; }
code { font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Consolas, monospace; font-size: .9em; color: var(--text); }
pre code { font-size: 1em; }
`;
