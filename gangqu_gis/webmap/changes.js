// Before and after: the last change set of the history, the former outlines dashed.

const FORMER = { color: '#b3261e', weight: 2.6, dashArray: '2 7', lineCap: 'round', fill: false, interactive: false, pane: 'areas' };
let formerLayer = null;
let formerBox = null;

function formerShown() {
  return formerLayer !== null;
}

function showFormer(shown) {
  if (formerLayer) formerLayer.remove();
  formerLayer = null;
  if (formerBox) formerBox.checked = shown;
  const set = recordOf('changes');
  if (!shown || !set) return;
  const outlines = set.items.filter((item) => item.before).map((item) => L.geoJSON(item.before.geometry,
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
  return el('tr', {}, el('th', { scope: 'row' }, refButton(item.ref, item.name), el('small', {}, item.what)),
    area(item.before), area(item.after));
}

sectionMakers.changes = (set) => {
  formerBox = el('input', { type: 'checkbox', id: 'former', 'on.change': (event) => {
    showFormer(event.target.checked);
    writeAddress();
  } });
  return el('section', { class: 'changes' },
    el('h2', {}, texts.last_change, el('small', {}, set.hash)),
    el('p', { class: 'hint' }, fill(texts.change_line, { number: set.number, time: set.time, by: set.by }), ' ', words(set.reason)),
    el('div', { class: 'group-head' }, formerBox, el('label', { for: 'former' }, formerSwatch(), el('span', {}, texts.show_former))),
    el('table', { class: 'content-table' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, texts.column_name), el('th', { scope: 'col' }, texts.before),
        el('th', { scope: 'col' }, texts.after))),
      el('tbody', {}, set.items.map(changeRow))));
};

keepInAddress('before', { write: () => (formerShown() ? '1' : ''), read: (value) => showFormer(value === '1') });
