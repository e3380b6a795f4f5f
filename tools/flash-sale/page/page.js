// Draws the charts of the report; runs in the browser, with uPlot beside it.
const HEIGHT = 230;
/** With a lower maximum the axis would count in fractions of a buyer. */
const COUNT_MAX_LEAST = 5;
const { charts, kills, seconds } = JSON.parse(document.querySelector('#data').textContent);
const place = document.querySelector('#charts');
const said = document.querySelector('#said');
const sync = uPlot.sync('sale');
const colour = (tone) => getComputedStyle(document.documentElement).getPropertyValue(`--${tone}`).trim();
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const isNumber = (value) => typeof value === 'number';
let drawn = [];

/** What is plotted of stacked series: each on top of those before it. */
function stacked(series) {
  const sums = [];
  return series.map(({ values }) => values.map((value, i) => (sums[i] = (sums[i] ?? 0) + (value ?? 0))));
}

/** Without a moment to read, the legend has names and no figures. */
const legendOfCursor = {
  hooks: { setCursor: ({ cursor }) => place.toggleAttribute('data-reading', isNumber(cursor.idx)) },
};

/** Vertical lines where something was killed. */
function killMarks() {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.strokeStyle = ctx.fillStyle = colour('bad');
        ctx.setLineDash([4, 4]);
        ctx.font = `${11 * devicePixelRatio}px system-ui`;
        for (const { part, atMs } of kills) {
          const x = Math.round(plot.valToPos(atMs / 1000, 'x', true));
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          ctx.fillText(part, x + 4, bbox.top + 12 * devicePixelRatio);
        }
        ctx.restore();
      },
    },
  };
}

function axis(label, format, size) {
  const grid = { stroke: colour('line'), width: 1 };
  const font = '12px system-ui';
  return {
    label,
    labelFont: font,
    labelSize: 20,
    font,
    stroke: colour('faint'),
    grid,
    ticks: { show: false },
    size,
    values: (_, ticks) => ticks.map(format),
  };
}

/** Whole decades would leave most of the chart empty. The labels count up from the lower end, so it has one digit. */
const aroundLog = (_, min, max) => (min > 0 ? [oneDigitBelow(min / 1.2), max * 1.5] : [0.001, 1]);

function oneDigitBelow(value) {
  const decade = 10 ** Math.floor(Math.log10(value));
  return Math.floor(value / decade) * decade;
}

function optionsOf({ unit, axis: title, isLog, isStacked, series }, width) {
  const line = ({ label, tone, dash, values }) => ({
    label,
    stroke: colour(tone),
    width: isStacked ? 1 : 2,
    spanGaps: true,
    ...(dash && { dash }),
    points: { show: false },
    ...(isStacked && { fill: colour(tone) + (series.length === 1 ? '55' : '') }),
    value: (_, __, ___, i) => (isNumber(values[i]) ? `${exact.format(values[i])} ${unit}` : '–'),
  });
  const tick = (value) => (isNumber(value) ? compact.format(value) : '');
  return {
    width,
    height: HEIGHT,
    cursor: { sync: { key: sync.key }, points: { size: 7 } },
    scales: {
      x: { time: false, range: () => [0, seconds] },
      y: isLog
        ? { distr: 3, range: aroundLog }
        : { range: (_, __, max) => [0, Math.max(COUNT_MAX_LEAST, max) * 1.05] },
    },
    axes: [axis('seconds after the opening', (value) => String(value), 30), axis(title, tick, 48)],
    series: [
      { label: 'at', value: (_, value) => (isNumber(value) ? `${value.toFixed(2)} s` : '–') },
      ...(isStacked ? series.toReversed() : series).map(line),
    ],
    plugins: [killMarks(), legendOfCursor],
  };
}

function frameOf(chart) {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  const title = document.createElement('h2');
  const note = document.createElement('small');
  title.textContent = chart.title;
  note.textContent = chart.note;
  caption.append(title, note);
  figure.append(caption);
  return figure;
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

/** Arrow keys move through time, as the mouse does; the figures there are announced. */
function readableByKeys(plot, { title, unit, x, series }) {
  let at = -1;
  plot.root.tabIndex = 0;
  plot.root.setAttribute('role', 'group');
  plot.root.setAttribute('aria-label', `Chart: ${title}. Arrow keys read the figures.`);
  plot.root.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined || x.length === 0) return;
    event.preventDefault();
    at = Math.min(x.length - 1, Math.max(0, at + step));
    plot.setCursor({ left: plot.valToPos(x[at], 'x'), top: 0 });
    const figures = series.map(({ label, values }) =>
      isNumber(values[at]) ? `${label} ${exact.format(values[at])} ${unit}` : `${label} none`,
    );
    said.textContent = `${x[at].toFixed(2)} seconds: ${figures.join(', ')}`;
  });
}

function draw() {
  for (const plot of drawn) plot.destroy();
  const frames = charts.map(frameOf);
  // All of them before the first is measured: the last one is as wide as two.
  place.replaceChildren(...frames);
  drawn = charts.map((chart, i) => {
    const { paddingLeft, paddingRight } = getComputedStyle(frames[i]);
    const width = frames[i].clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    // The tallest sum is painted first, the others over it.
    const values = chart.isStacked
      ? stacked(chart.series).toReversed()
      : chart.series.map((one) => one.values);
    const plot = new uPlot(optionsOf(chart, width), [chart.x, ...values], frames[i]);
    readableByKeys(plot, chart);
    return plot;
  });
}

draw();
let resizing;
addEventListener('resize', () => {
  clearTimeout(resizing);
  resizing = setTimeout(draw, 150);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
