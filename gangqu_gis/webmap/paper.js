// The printed sheet: title block, map, legend and notes on A3 landscape or A4 portrait.

const CSS_PIXEL_M = 0.0254 / 96;
const PAPERS = { a3: texts.print_a3, a4: texts.print_a4 };
const sheetHead = el('div', { class: 'sheet-head', 'aria-hidden': 'true' });
const sheetFoot = el('div', { class: 'sheet-foot', 'aria-hidden': 'true' });
const sheetLegend = el('div', { class: 'sheet-legend' });
const paperScale = el('b', { class: 'paper-scale' });
let screenView = null;
let paperRatio = null;

function titleRows() {
  return facts(payload.title.rows.map((row) => [row.label, words(row.value)]));
}

// On paper: the same rows with the scale first and the longest last, over the whole width.
function sheetRows() {
  const rows = payload.title.rows.filter((row) => row.id !== 'crs').map((row) => [row.label, words(row.value)]);
  const long = payload.title.rows.find((row) => row.id === 'crs');
  const list = facts([[texts.scale_label, paperScale], ...rows, [long.label, words(long.value)]]);
  list.lastChild.classList.add('long');
  return list;
}

sectionMakers.about = () => {
  const print = (paper) => button(PAPERS[paper], () => printOn(paper), { class: 'print' });
  return el('section', { class: 'about' }, el('h2', {}, texts.about), titleRows(),
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
  writePaperScale(ratio);
}

function writePaperScale(ratio) {
  paperRatio = `1:${grouped(ratio, 0)}`;
  paperScale.textContent = fill(payload.basemap ? texts.paper_scale_sphere : texts.paper_scale, { ratio: grouped(ratio, 0) });
}

function beforePrint() {
  if (screenView) return;
  const bounds = printedBounds();
  screenView = { centre: map.getCenter(), zoom: map.getZoom(), snap: map.options.zoomSnap };
  reading = true;
  document.documentElement.classList.add('printing');
  sheetLegend.replaceChildren();
  append(sheetLegend, legendBlocks(3));
  // A scale as long as any: the map's room must not change once it is measured.
  writePaperScale(1e6);
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
  paperRatio = null;
  drawScale();
  reading = false;
  drawLabels();
}

function makeSheet() {
  append(sheetHead, [el('div', {}, el('h1', {}, words(payload.title.plan)), el('h2', {}, payload.title.page)),
    el('p', { class: 'notice' }, words(payload.title.notice))]);
  append(sheetFoot, [sheetLegend, el('div', { class: 'sheet-notes' },
    payload.warning ? el('p', { class: 'sheet-warning' }, payload.warning) : null, sheetRows())]);
  document.body.append(sheetHead, sheetFoot);
  setPaper('a4');
  window.addEventListener('beforeprint', beforePrint);
  window.addEventListener('afterprint', afterPrint);
}
