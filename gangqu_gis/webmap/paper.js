// The printed sheet: title block, map, legend and notes on A3 landscape or A4 portrait.

const CSS_PIXEL_M = 0.0254 / 96;
const PAPERS = { a3: texts.print_a3, a4: texts.print_a4 };
const sheetHead = el('div', { class: 'sheet-head', 'aria-hidden': 'true' });
const sheetFoot = el('div', { class: 'sheet-foot', 'aria-hidden': 'true' });
const sheetLegend = el('div', { class: 'sheet-legend' });
const paperScale = el('p', { class: 'paper-scale' });
let screenView = null;

// On paper the history's head stands in full: it must be possible to compare it.
function titleRows(onPaper) {
  const full = (row) => (onPaper && row.id === 'history' && payload.title.full_head ? payload.title.full_head : row.value);
  return facts(payload.title.rows.map((row) => [row.label, words(full(row))]));
}

sectionMakers.about = () => {
  const print = (paper) => button(PAPERS[paper], () => printOn(paper), { class: 'print' });
  return el('section', { class: 'about' }, el('h2', {}, texts.about), titleRows(false),
    el('p', { class: 'notice' }, words(payload.title.notice)),
    el('p', { class: 'hint' }, texts.link),
    el('div', { class: 'prints' }, el('span', {}, texts.print), ...Object.keys(PAPERS).map(print)));
};

function setPaper(paper) {
  for (const name of Object.keys(PAPERS)) document.documentElement.classList.toggle(`paper-${name}`, name === paper);
}

function printOn(paper) {
  setPaper(paper);
  window.print();
}

// What is printed: the plan's land as far as it is in view, or the view where none of it is.
function printedBounds() {
  const view = map.getBounds();
  const data = latLngBounds(payload.extent).pad(0.03);
  if (!view.intersects(data)) return view;
  return L.latLngBounds(
    [Math.max(view.getSouth(), data.getSouth()), Math.max(view.getWest(), data.getWest())],
    [Math.min(view.getNorth(), data.getNorth()), Math.min(view.getEast(), data.getEast())]);
}

function roundScale(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 1.25, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10].map((digit) => digit * power).find((ratio) => ratio >= least);
}

// Makes the sheet's scale a round number, the next one at which everything still fits.
function setPaperScale(bounds) {
  map.options.zoomSnap = 0;
  map.fitBounds(bounds, { animate: false });
  const least = metresPerPixel() / CSS_PIXEL_M;
  const ratio = roundScale(least);
  map.setZoom(map.getZoom() - Math.log2(ratio / least), { animate: false });
  const pattern = payload.basemap ? texts.paper_scale_sphere : texts.paper_scale;
  paperScale.textContent = fill(pattern, { ratio: ratio.toLocaleString('en-US') });
}

function beforePrint() {
  if (screenView) return;
  const bounds = printedBounds();
  screenView = { centre: map.getCenter(), zoom: map.getZoom(), snap: map.options.zoomSnap };
  reading = true;
  document.documentElement.classList.add('printing');
  sheetLegend.replaceChildren();
  append(sheetLegend, legendBlocks(3));
  map.invalidateSize({ animate: false, pan: false });
  setPaperScale(bounds);
  paintForPaper();
  drawScale();
  drawLabels();
}

function afterPrint() {
  if (!screenView) return;
  document.documentElement.classList.remove('printing');
  clearPaper();
  map.invalidateSize({ animate: false, pan: false });
  map.options.zoomSnap = screenView.snap;
  map.setView(screenView.centre, screenView.zoom, { animate: false });
  screenView = null;
  reading = false;
  drawLabels();
}

function makeSheet() {
  append(sheetHead, [el('div', {}, el('h1', {}, words(payload.title.plan)), el('h2', {}, payload.title.page)),
    el('p', { class: 'notice' }, words(payload.title.notice))]);
  append(sheetFoot, [sheetLegend,
    el('div', { class: 'sheet-notes' }, titleRows(true), payload.warning ? el('p', {}, payload.warning) : null, paperScale)]);
  document.body.append(sheetHead, sheetFoot);
  setPaper('a4');
  window.addEventListener('beforeprint', beforePrint);
  window.addEventListener('afterprint', afterPrint);
}
