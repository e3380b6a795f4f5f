import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chartsOf } from './charts.js';
import type { SaleReport } from './report-data.js';
import {
  acceptedOf,
  checksOf,
  escapeHtml,
  headerOf,
  outcomesOf,
  settingsOf,
  stagesOf,
  tilesOf,
} from './sections.js';

const own = (name: string): string => readFileSync(new URL(`../../page/${name}`, import.meta.url), 'utf8');
const require = createRequire(import.meta.url);
const uplot = (name: string): string => readFileSync(require.resolve(`uplot/dist/${name}`), 'utf8');

/** A script element ends at the first `</script`, even inside a string. */
const scriptData = (value: unknown): string => JSON.stringify(value).replaceAll('<', String.raw`\u003c`);

/** One HTML file that loads nothing, so it can be sent and opened offline. */
export function page(report: SaleReport): string {
  const charts = { charts: chartsOf(report), kills: report.kills, seconds: report.durationMs / 1_000 };
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(report.headline)}</title>
<style>${uplot('uPlot.min.css')}${own('page.css')}${own('tables.css')}</style>
<main>
${headerOf(report)}
${tilesOf(report)}
<p class="note">Point at a chart, or focus it and press the arrow keys, to read the figures of a moment.</p>
<div class="charts" id="charts"></div>
<p class="unseen" id="said" aria-live="polite"></p>
<div class="pair">${checksOf(report.verdict.checks)}<div class="stack">${acceptedOf(report)}${outcomesOf(report)}</div></div>
${stagesOf(report.stages)}
${settingsOf(report)}
</main>
<script type="application/json" id="data">${scriptData(charts)}</script>
<script>${uplot('uPlot.iife.min.js')}</script>
<script>${own('page.js')}</script>
</html>
`;
}
