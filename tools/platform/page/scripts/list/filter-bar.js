import { h } from '../dom.js';
import { OUTCOMES } from '../outcomes.js';

const TYPING_PAUSE_MS = 250;

/** The filter of the list, bound to the query of the address. `changed` is called after it changed. */
export function filterBar(changed) {
  const query = new URLSearchParams(location.search);
  const order = h('input', { type: 'search', placeholder: 'Order id', value: query.get('order') ?? '' });
  const service = h('select', {}, h('option', { value: '' }, 'All services'));
  const outcome = outcomeSelect(query.get('outcome'));
  const slow = h('input', {
    type: 'number',
    min: 0,
    placeholder: 'Min. ms',
    value: query.get('minDurationMs') ?? '',
  });
  const error = h('input', { type: 'checkbox', checked: query.get('error') === 'true' });
  const apply = () => {
    writeQuery({
      order: order.value.trim(),
      service: service.value,
      outcome: outcome.value,
      minDurationMs: slow.validity.valid ? slow.value : '',
      error: error.checked ? 'true' : '',
    });
    changed();
  };
  let timer;
  const applySoon = () => {
    clearTimeout(timer);
    timer = setTimeout(apply, TYPING_PAUSE_MS);
  };
  const element = h(
    'form',
    { class: 'filter', onsubmit: (event) => event.preventDefault(), oninput: applySoon },
    labelled('Order', order, 'grow'),
    labelled('Order was', outcome),
    labelled('Service', service),
    labelled('Longer than', slow, 'narrow'),
    h('label', { class: 'check' }, error, 'With errors only'),
  );
  const offer = (services) =>
    offerServices(service, services, new URLSearchParams(location.search).get('service'));
  offer([]);
  return { element, offer };
}

function outcomeSelect(chosen) {
  const options = Object.entries(OUTCOMES).map(([value, { words }]) =>
    h('option', { value, selected: value === chosen }, words),
  );
  return h('select', {}, h('option', { value: '' }, 'Any outcome'), options);
}

const labelled = (text, control, kind = '') =>
  h('label', { class: `field ${kind}` }, h('span', {}, text), control);

function writeQuery(values) {
  const given = Object.entries(values).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given).toString();
  history.replaceState(null, '', query === '' ? '/' : `/?${query}`);
}

function offerServices(select, services, chosen) {
  const names = [...new Set([...services, ...(chosen ? [chosen] : [])])].toSorted((a, b) =>
    a.localeCompare(b),
  );
  if (
    [...select.options]
      .slice(1)
      .map(({ value }) => value)
      .join('\n') === names.join('\n')
  )
    return;
  const options = names.map((name) => h('option', { value: name }, name));
  select.replaceChildren(h('option', { value: '' }, 'All services'), ...options);
  select.value = chosen ?? '';
}
