// The table of every check: a row selects its place on the map, a place its rows.

const judging = payload.judges;
const checkTable = recordOf('rows') || { rows: [], total: 0 };
const checkRows = checkTable.rows;
const ROWS_AT_ONCE = 300;
const rowNodes = new Map();
const tableBody = el('tbody', {});
const tableStatus = el('p', { class: 'table-status', role: 'status' });
const moreButton = button(texts.show_more, () => drawRows(shownRows + ROWS_AT_ONCE), { class: 'more' });
const filterButtons = new Map();
let wantedVerdict = '';
let openRule = '';
let shownRows = ROWS_AT_ONCE;

function rowDetail(row) {
  const judged = JUDGED.has(row.verdict);
  return el('tr', { class: 'detail' }, el('td', { colspan: 4 }, facts([
    [texts.stated, row.stated ? quoted(row.stated) : null],
    [texts.formula, row.formula ? el('span', { class: 'formula' }, words(row.formula)) : null],
    [texts.difference, judged ? row.difference : null],
    [texts.tolerance, judged ? row.tolerance : null],
    [texts.cause, row.cause], [texts.note, row.note],
    [texts.because, row.because ? words(row.because) : null],
    [texts.place, row.place ? quoted(row.place) : null],
    [texts.on_map, row.refs.length ? row.refs.map((ref) => refButton(ref, nameOf(ref))) : texts.not_on_map],
  ])));
}

function nameOf(ref) {
  const feature = featureOf(ref);
  return feature ? feature.name : ref;
}

function tableRow(row) {
  const about = selected !== null && row.refs.includes(selected.ref);
  const open = row.rule === openRule;
  const title = button(null, () => openRow(open ? '' : row.rule), { 'aria-expanded': String(open), class: 'row-title' },
    words(row.title));
  const node = el('tr', { class: about ? 'about' : null, 'data-rule': row.rule, 'on.click': (event) => {
    if (!event.target.closest('button')) openRow(open ? '' : row.rule);
  } },
  el('td', {}, badge(row.verdict)),
  el('th', { scope: 'row' }, title, row.why ? el('small', {}, words(row.why)) : null),
  el('td', {}, row.stated ? quoted(row.stated) : el('span', { class: 'none' }, '-')),
  el('td', {}, row.formula ? el('span', { class: 'formula' }, words(row.formula)) : ''));
  rowNodes.set(row.rule, { node, title });
  return open ? [node, rowDetail(row)] : [node];
}

// What is about the selected place comes first; the order within is the page's.
function wantedRows() {
  const kept = checkRows.filter((row) => !wantedVerdict || row.verdict === wantedVerdict);
  if (!selected || openRule) return kept;
  const about = kept.filter((row) => row.refs.includes(selected.ref));
  return [...about, ...kept.filter((row) => !about.includes(row))];
}

function drawRows(limit) {
  shownRows = limit || shownRows;
  const rows = wantedRows();
  rowNodes.clear();
  tableBody.replaceChildren(...rows.slice(0, shownRows).flatMap(tableRow));
  moreButton.hidden = rows.length <= shownRows;
  const about = selected ? rows.filter((row) => row.refs.includes(selected.ref)).length : 0;
  tableStatus.textContent = selected ? fill(texts.rows_about, { name: selected.name, count: about })
    : fill(texts.rows_shown, { count: grouped(rows.length, 0), total: grouped(checkTable.total, 0) });
}

function openRow(rule, quiet) {
  openRule = rule;
  const row = checkRows.find((one) => one.rule === rule);
  const refs = row ? row.refs.filter((ref) => featureOf(ref)) : [];
  if (refs.length) select(refs[0], { from: 'row', together: refs });
  else if (selected) deselect();
  drawRows();
  const found = rowNodes.get(rule);
  if (found && !quiet) found.title.focus({ preventScroll: true });
  if (found) found.node.scrollIntoView({ block: 'nearest' });
  writeAddress();
}

function rowsFollowPlace(from) {
  if (!judging || from === 'row') return;
  openRule = '';
  drawRows();
  if (selected && tableBody.firstChild) tableStatus.scrollIntoView({ block: 'start' });
}

function setFilter(verdict) {
  wantedVerdict = payload.verdicts.some((one) => one.id === verdict) ? verdict : '';
  for (const [id, node] of filterButtons) node.setAttribute('aria-pressed', String(id === wantedVerdict));
  shownRows = ROWS_AT_ONCE;
  drawRows();
  writeAddress();
}

function filterButton(id, ...label) {
  const node = button(null, () => setFilter(id), { 'aria-pressed': String(id === ''), class: 'filter' }, ...label);
  filterButtons.set(id, node);
  return node;
}

// What the table leaves out it says, in words with its number.
function leftOut(record) {
  const count = record.left_out.reduce((sum, one) => sum + one.count, 0);
  const parts = record.left_out.map((one) => `${verdictOf(one.verdict).label} ${grouped(one.count, 0)}`);
  return count ? el('p', { class: 'hint left-out' }, fill(texts.rows_left_out, { count: grouped(count, 0), parts: parts.join(texts.bounds_join) })) : null;
}

sectionMakers.rows = (record) => {
  // In the order of the rows: what needs a person's attention first.
  const given = [...new Set(checkRows.map((row) => row.verdict))].map(verdictOf);
  drawRows();
  return el('section', { class: 'reconcile' }, el('h2', {}, texts.checks),
    el('div', { class: 'filters', role: 'group', 'aria-label': texts.filter },
      filterButton('', texts.all_verdicts, el('b', {}, grouped(checkTable.total, 0))),
      given.map((verdict) => filterButton(verdict.id, badge(verdict.id), el('b', {}, grouped(verdict.count, 0))))),
    leftOut(record), tableStatus,
    el('table', { class: 'rows' }, el('thead', {}, el('tr', {}, [texts.column_verdict, texts.column_check, texts.stated, texts.formula]
      .map((label) => el('th', { scope: 'col' }, label)))), tableBody), moreButton);
};

keepInAddress('verdict', { write: () => wantedVerdict, read: (value) => judging && setFilter(value) });
