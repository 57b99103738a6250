// The card: everything about one feature, in words with units.

const BETWEEN_FIGURES = new Set(['consistent', 'remainder']);
const JUDGED = new Set(['agree', 'review', 'differ']);
const card = el('section', { id: 'card', 'aria-label': texts.card_label, hidden: true, tabindex: '-1' });
let cardReturn = null;

function section(title, ...content) {
  const inner = content.flat(Infinity).filter(Boolean);
  return inner.length ? el('section', {}, heading(3, title), ...inner) : null;
}

function cardHead(feature) {
  const group = groupOf(feature) || payload.base.find((base) => base.id === feature.kind);
  const sample = groupOf(feature) ? swatch(styleOf(feature)) : null;
  return el('header', {},
    el('div', { class: 'card-kind' }, sample, group ? group.label : ''),
    button(texts.close, () => deselect(), { class: 'close', title: texts.close }, icon('close')),
    el('h2', {}, words(feature.name)),
    feature.other_name ? el('p', { class: 'card-other' }, words(feature.other_name)) : null,
    el('p', { class: 'card-id' }, `${texts.id} `, words(feature.id)));
}

function basisNote(feature) {
  return el('p', { class: `basis basis-${feature.basis}` },
    shape('svg', { viewBox: '0 0 34 8', class: 'stroke', 'aria-hidden': 'true' },
      shape('path', { d: 'M1 4h32', 'stroke-dasharray': DASHES[feature.basis] || 'none' })),
    el('span', {}, `${texts.basis} `, el('strong', {}, feature.basis_label)));
}

function placeholderNote(feature) {
  if (!feature.placeholder) return null;
  return el('div', { class: 'placeholder-note' }, el('strong', {}, feature.tag), el('p', {}, payload.placeholder));
}

function statedRows(feature) {
  if (!feature.figures.length) return el('p', { class: 'none' }, texts.no_figures);
  // One heading a place: the plan prints most figures of a feature in one paragraph.
  const places = [...new Set(feature.figures.map((figure) => figure.place))];
  return places.map((place) => el('div', { class: 'stated' },
    el('p', { class: 'place' }, quoted(place)),
    el('ul', {}, feature.figures.filter((figure) => figure.place === place).map(statedItem))));
}

function statedItem(figure) {
  return el('li', {},
    el('span', { class: 'stated-label' }, words(figure.label), figure.period ? ` ${figure.period}` : '',
      figure.note ? el('small', {}, quoted(figure.note)) : null),
    el('span', { class: 'stated-value' }, quoted(figure.stated)));
}

// Each verdict once, before the long lists.  That figures fit one another is left to the list: at the
// head of a card it could be read as a word about the drawn land.
function verdictStrip(feature) {
  const given = payload.verdicts.filter(({ id }) => !BETWEEN_FIGURES.has(id)
    && feature.checks.some((check) => check.verdict === id));
  return given.length ? el('p', { class: 'strip' }, given.map((verdict) => badge(verdict.id))) : null;
}

function areaTable(feature) {
  if (feature.withheld) return el('p', { class: 'none' }, fill(texts.withheld, { reason: feature.withheld }));
  if (!feature.area) return null;
  const row = (label, area) => (area ? el('tr', {}, el('th', { scope: 'row' }, label),
    el('td', {}, el('b', {}, area.ha), area.mu, el('span', {}, area.m2))) : null);
  return el('table', { class: 'areas' }, el('tbody', {},
    row(texts.ellipsoidal, feature.area.ellipsoidal), row(texts.planar, feature.area.planar)));
}

function checkItem(check) {
  const judged = JUDGED.has(check.verdict);
  return el('li', {},
    el('div', { class: 'check-head' }, badge(check.verdict), el('span', {}, words(check.title))),
    facts([
      [texts.stated, check.stated ? quoted(check.stated) : null],
      [texts.formula, check.kind === 'area' ? null : el('span', { class: 'formula' }, words(check.formula))],
      [texts.difference, judged ? check.difference : null],
      [texts.tolerance, judged ? check.tolerance : null],
      [texts.note, check.note || (check.kind === 'area' && !check.stated ? check.because : null)],
      [texts.cause, check.cause],
    ]));
}

function boundsCross(feature) {
  if (!feature.bounds.length) return null;
  return el('ul', { class: 'bounds' }, feature.bounds.map((bound) => el('li', {},
    el('b', {}, bound.side), bound.lines.map((line, i) => [i ? texts.bounds_join : '', words(line)]))));
}

function historyList(lines) {
  if (!lines.length) return null;
  return el('ol', { class: 'history' }, lines.map((line) => el('li', {}, words(line))));
}

// Of a road or a water: the places that the plan bounds by it.
function boundedList(feature) {
  const known = (feature.bounded || []).map(featureOf).filter(Boolean);
  if (!known.length) return null;
  return [el('ul', { class: 'bounded' }, known.map((one) => el('li', {},
    button(null, () => select(one.ref, { from: 'list' }), { class: 'to-place' }, words(one.name))))),
  feature.bounded_left_out ? el('p', { class: 'hint' }, fill(texts.bounded_left_out, { count: grouped(feature.bounded_left_out, 0) })) : null];
}

function polygonSections(feature) {
  return [
    verdictStrip(feature),
    placeholderNote(feature),
    section(texts.figures, statedRows(feature)),
    feature.placeholder ? null : section(texts.measured, areaTable(feature)),
    section(texts.verdicts, feature.checks.length ? el('ul', { class: 'checks' }, feature.checks.map(checkItem)) : null),
    section(texts.bounds, boundsCross(feature)),
  ];
}

function showCard(feature, returnTo, takeFocus) {
  if (returnTo) cardReturn = returnTo;
  card.replaceChildren();
  append(card, [
    cardHead(feature),
    el('div', { class: 'card-body' },
      basisNote(feature),
      'area' in feature ? polygonSections(feature) : section(texts.bounded, boundedList(feature)),
      section(texts.attributes, facts(feature.attributes.map((row) => [row.label, words(row.value)]))),
      section(texts.note, feature.note ? el('p', {}, words(feature.note)) : null),
      section(texts.history, historyList(feature.history || []))),
  ]);
  card.hidden = false;
  document.body.classList.add('has-card');
  card.scrollTop = 0;
  fitFrame();
  if (takeFocus) card.focus({ preventScroll: true });
}

function hideCard() {
  const hadFocus = card.contains(document.activeElement);
  card.hidden = true;
  document.body.classList.remove('has-card');
  fitFrame();
  if (hadFocus && cardReturn && cardReturn.isConnected) cardReturn.focus({ preventScroll: true });
  cardReturn = null;
}

function makeCard() {
  document.body.append(card);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) deselect();
  });
}
