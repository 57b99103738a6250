// Progress: charts built from shapes, a year control, and how far each site has got.

const stageLayer = L.layerGroup();
let progressYears = [];
let progressNow = 0;
let progressSlider = null;
const progressOut = el('div', { class: 'progress-year', 'aria-live': 'polite' });
const progressTitle = el('output', { for: 'progress-year', class: 'year' });

function chartImage(chart) {
  return shape('svg', { viewBox: `0 0 ${chart.width} ${chart.height}`, role: 'img', 'aria-label': chart.label, class: 'chart' },
    chart.shapes.map(([tag, attributes, text]) => shape(tag, attributes, text)));
}

function progressCell(cell) {
  if (cell.printed) return el('td', { title: cell.place }, el('b', {}, quoted(cell.printed)));
  return el('td', {}, words(cell.text));
}

function numbersTable(record) {
  const head = el('tr', {}, record.heads.map((text) => el('th', { scope: 'col' }, text)));
  const row = ([first, ...cells]) => el('tr', {}, el('th', { scope: 'row' }, words(first.text)), cells.map(progressCell));
  return el('details', { class: 'numbers' }, el('summary', {}, texts.numbers),
    el('table', { class: 'content-table' }, el('thead', {}, head), el('tbody', {}, record.rows.map(row))));
}

sectionMakers.targets = (record) => el('section', { class: 'targets' },
  el('h2', {}, record.title, el('small', {}, record.as_of)),
  chartImage(record.chart), el('p', { class: 'hint' }, record.legend), numbersTable(record));

sectionMakers.charts = (record) => el('section', { class: 'year-chart' },
  el('h2', {}, words(record.title)), chartImage(record.chart), numbersTable(record));

function progressFigure(figure) {
  const reported = figure.reported ? `${texts.reported} ${figure.reported}` : '';
  return el('li', {}, el('b', {}, quoted(figure.planned)), el('span', {}, figure.label),
    el('span', {}, [reported, figure.state].filter(Boolean).join(' ')));
}

function progressEvent(event) {
  return el('li', {}, refButton(event.ref, event.name), ' ', words(event.what), ' ', words(event.when));
}

function stageMark({ ref, short }) {
  const feature = featureOf(ref);
  if (!feature || !feature.at) return;
  const [lng, lat] = feature.at;
  const icon = L.divIcon({ className: 'stage-mark', html: el('span', {}, short), iconSize: null });
  L.marker([lat, lng], { icon, ref, pane: 'stages', interactive: false, keyboard: false }).addTo(stageLayer);
}

// Where the marks stand, by what they mark, so that names keep clear of them.
function stageBoxes() {
  const marks = stageLayer.getLayers().filter((mark) => mark.getElement());
  return new Map(marks.map((mark) => [mark.options.ref,
    boxAround(map.latLngToContainerPoint(mark.getLatLng()), sizeOf(mark.getElement().firstElementChild))]));
}

function showProgressYear() {
  const entry = progressYears[Number(progressSlider.value)];
  const title = fill(texts.year, { year: entry.year });
  progressTitle.textContent = title;
  progressSlider.setAttribute('aria-valuetext', title);
  progressOut.replaceChildren(el('ul', { class: 'figures' }, entry.figures.map(progressFigure)),
    entry.events.length ? el('ul', { class: 'plain events' }, entry.events.map(progressEvent))
      : el('p', { class: 'none' }, texts.no_events));
  stageLayer.clearLayers();
  entry.stages.forEach(stageMark);
  drawLabels();
}

function setProgressYear(year) {
  if (!progressSlider) return;
  const at = progressYears.findIndex((entry) => String(entry.year) === year);
  progressSlider.value = String(at < 0 ? progressNow : at);
  showProgressYear();
}

sectionMakers.progress_years = ({ years, now, empty }) => {
  progressYears = years;
  progressNow = now;
  progressSlider = el('input', { type: 'range', id: 'progress-year', min: 0, max: years.length - 1, step: 1,
    'aria-label': texts.year_label });
  progressSlider.value = String(now);
  progressSlider.addEventListener('input', () => {
    showProgressYear();
    writeAddress();
  });
  map.createPane('stages').style.setProperty('z-index', '640');
  stageLayer.addTo(map);
  const ticks = el('div', { class: 'ticks', 'aria-hidden': 'true' }, years.map((entry) => el('span', {}, entry.year)));
  const section = el('section', { class: 'years' }, empty ? el('p', { class: 'nothing-reported' }, empty) : null,
    el('h2', {}, texts.progress_years, progressTitle), progressSlider, ticks,
    progressOut, el('p', { class: 'hint' }, texts.progress_years_note));
  showProgressYear();
  return section;
};

function projectItem(project) {
  return el('li', {}, el('p', {}, refButton(project.ref, project.name)),
    facts([[words(project.housing), words(project.stage)], ['', project.dates.map((text) => el('span', { class: 'date' }, words(text)))],
      ['', project.differs.map((text) => el('span', { class: 'differs' }, words(text)))]]));
}

sectionMakers.projects = (record) => el('section', { class: 'projects' },
  el('h2', {}, record.title, el('small', {}, record.projects.length)),
  el('ul', { class: 'plain' }, record.projects.map(projectItem)));

keepInAddress('by', {
  write: () => (progressSlider && Number(progressSlider.value) !== progressNow
    ? progressYears[Number(progressSlider.value)].year : ''),
  read: setProgressYear,
});
