import { h } from './dom.js';
import { wireLiveButton } from './live.js';
import { showList } from './list/list-view.js';
import { showMap } from './map/map-view.js';
import { showTrace } from './trace/trace-view.js';

const ROUTES = [
  [/^\/$/, showList],
  [/^\/map$/, showMap],
  [/^\/traces\/([^/]+)$/, showTrace],
];

const main = document.querySelector('main');
let endView = () => undefined;

function open() {
  endView();
  const { pathname } = location;
  const [pattern, show] = ROUTES.find(([candidate]) => candidate.test(pathname)) ?? [/.*/, showNothing];
  for (const link of document.querySelectorAll('nav a')) {
    const current = link.pathname === '/map' ? pathname === '/map' : pathname !== '/map';
    link.toggleAttribute('data-current', current);
  }
  main.replaceChildren();
  main.className = '';
  endView = show(main, ...pattern.exec(pathname).slice(1).map(decodeURIComponent)) ?? (() => undefined);
}

function showNothing(root) {
  root.append(h('p', { class: 'notice' }, 'There is no such page.'));
}

/** Links inside the page open without loading it again. */
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="/"]') : null;
  if (link === null || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  scrollTo(0, 0);
  open();
});
addEventListener('popstate', open);
wireLiveButton(document.querySelector('.live'));
open();
