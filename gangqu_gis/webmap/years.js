// The year control: what the plan states for one year.  The shapes have no dates and do not move.

const yearOut = el('div', { class: 'year-figures', 'aria-live': 'polite' });
const yearTitle = el('output', { for: 'year', class: 'year' });
let yearSlider = null;
let yearEntries = [];

function yearNow() {
  return yearSlider ? yearEntries[Number(yearSlider.value)].year : null;
}

function yearFigure(figure) {
  return el('li', { title: figure.place }, el('b', {}, quoted(figure.stated)), el('span', {}, figure.label),
    figure.disputed.length ? badge('inconsistent') : null);
}

function showYear() {
  const entry = yearEntries[Number(yearSlider.value)];
  yearTitle.textContent = fill(texts.year, { year: entry.year });
  yearSlider.setAttribute('aria-valuetext', fill(texts.year, { year: entry.year }));
  yearOut.replaceChildren(el('ul', {}, entry.figures.map(yearFigure)));
  if (entry.marks.length) {
    yearOut.append(el('ul', { class: 'plain' }, entry.marks.map((mark) => el('li', { title: mark.place },
      fill(texts.label, { label: mark.subject }), mark.note ? quoted(mark.note) : mark.label))));
  }
}

function setYear(year) {
  if (!yearSlider) return;
  const at = yearEntries.findIndex((entry) => entry.year === year);
  yearSlider.value = String(at < 0 ? 0 : at);
  showYear();
}

sectionMakers.years = ({ years }) => {
  yearEntries = years;
  yearSlider = el('input', { type: 'range', id: 'year', min: 0, max: years.length - 1, step: 1, value: 0,
    'aria-label': texts.year_label });
  yearSlider.addEventListener('input', () => {
    showYear();
    writeAddress();
  });
  const ticks = el('div', { class: 'ticks', 'aria-hidden': 'true' }, years.map((entry) => el('span', {}, entry.year)));
  const section = el('section', { class: 'years' }, el('h2', {}, texts.years, yearTitle), yearSlider, ticks, yearOut,
    el('p', { class: 'hint' }, texts.years_note));
  showYear();
  return section;
};

keepInAddress('year', { write: () => (yearSlider && yearSlider.value !== '0' ? yearNow() : ''), read: setYear });
