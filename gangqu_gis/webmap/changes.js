// Before and after of a change set of the history, the former outlines dotted.

const FORMER = { color: '#b3261e', weight: 2.6, dashArray: '2 7', lineCap: 'round', fill: false, interactive: false, pane: 'areas' };
let formerLayer = null;
let formerBox = null;
let chosenSet = null;
const changeBody = el('div', { class: 'change-set' });

function formerShown() {
  return formerLayer !== null;
}

function showFormer(shown) {
  if (formerLayer) formerLayer.remove();
  formerLayer = null;
  if (formerBox) formerBox.checked = shown;
  if (!shown || !chosenSet) return;
  const outlines = chosenSet.items.filter((item) => item.before).map((item) => L.geoJSON(item.before.geometry,
    { ...FORMER, style: FORMER }));
  formerLayer = L.layerGroup(outlines).addTo(map);
}

function formerSwatch() {
  return shape('svg', { viewBox: '0 0 30 20', class: 'swatch', 'aria-hidden': 'true', focusable: 'false' },
    shape('path', { d: 'M2 10h26', fill: 'none', stroke: FORMER.color, 'stroke-width': FORMER.weight,
      'stroke-dasharray': FORMER.dashArray, 'stroke-linecap': 'round' }));
}

function changeRow(item) {
  const area = (state) => el('td', {}, state && state.area ? state.area : '-');
  const value = (text) => el('td', {}, words(text));
  return [el('tr', {}, el('th', { scope: 'row' }, refButton(item.ref, item.name), el('small', {}, item.what)),
    area(item.before), area(item.after)),
  item.attributes.map((one) => el('tr', { class: 'attribute' }, el('th', { scope: 'row' }, one.label), value(one.before), value(one.after)))];
}

function drawSet() {
  const set = chosenSet;
  changeBody.replaceChildren(
    el('p', { class: 'hint' }, fill(texts.change_line, { number: set.number, time: set.time, by: set.by }), ' ', words(set.reason)),
    el('table', { class: 'content-table' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, texts.column_name), el('th', { scope: 'col' }, texts.before),
        el('th', { scope: 'col' }, texts.after))),
      append(el('tbody', {}), set.items.map(changeRow))),
    ...(set.left_out ? [el('p', { class: 'hint' }, fill(texts.change_items_left_out, { count: grouped(set.left_out, 0) }))] : []));
}

function chooseSet(set, shown) {
  chosenSet = set;
  drawSet();
  showFormer(shown);
}

function setChooser({ sets, left_out: leftOutSets }) {
  const options = sets.map((set) => el('option', { value: set.number }, fill(texts.change_option,
    { number: set.number, day: set.time.slice(0, 10), by: set.by })));
  const chooser = el('select', { id: 'change-set', 'aria-label': texts.change_choose, 'on.change': (event) => {
    chooseSet(sets.find((set) => String(set.number) === event.target.value), formerShown());
    writeAddress();
  } }, options);
  return [sets.length > 1 ? chooser : null,
    leftOutSets ? el('p', { class: 'hint' }, fill(texts.change_sets_left_out, { count: grouped(leftOutSets, 0) })) : null];
}

sectionMakers.changes = (record) => {
  formerBox = el('input', { type: 'checkbox', id: 'former', 'on.change': (event) => {
    showFormer(event.target.checked);
    writeAddress();
  } });
  chooseSet(record.sets[0], false);
  return el('section', { class: 'changes' },
    el('h2', {}, texts.last_change, el('small', {}, record.sets[0].hash)), setChooser(record),
    el('div', { class: 'group-head' }, formerBox, el('label', { for: 'former' }, formerSwatch(), el('span', {}, texts.show_former))),
    changeBody);
};

function readFormer(number) {
  const { sets } = recordOf('changes') || { sets: [] };
  const set = sets.find((one) => String(one.number) === number);
  if (sets.length) chooseSet(set || sets[0], Boolean(set));
  const chooser = document.getElementById('change-set');
  if (chooser) chooser.value = String(chosenSet.number);
}

keepInAddress('before', { write: () => (formerShown() ? String(chosenSet.number) : ''), read: readFormer });
