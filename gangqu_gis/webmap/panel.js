// The panel: what this sheet is, its key figures, and the layers with their features.

const panel = el('aside', { id: 'panel', 'aria-label': texts.panel_label });
const panelBody = el('div', { class: 'panel-body', id: 'panel-body' });
const drawerButton = button('', toggleDrawer, { class: 'drawer', 'aria-controls': 'panel-body' }, icon('up'));
const groupBoxes = new Map();

function panelHead() {
  const block = payload.title;
  return el('header', { class: 'panel-head' },
    el('p', { class: 'authority' }, words(block.authority)),
    el('h1', {}, words(block.plan)),
    el('p', { class: 'sub' }, el('strong', {}, block.page)),
    el('p', { class: 'state' }, block.state.map((text) => el('span', {}, words(text)))),
    drawerButton);
}

sectionMakers.key_figures = (record) => el('section', { class: 'key-figures' },
  el('h2', {}, texts.key_figures, el('small', {}, texts.as_printed)),
  el('ul', {}, record.figures.map((figure) => el('li', { title: figure.place },
    el('b', {}, quoted(figure.stated)),
    el('span', {}, figure.subject === payload.place ? '' : `${figure.subject} `, figure.label),
    figure.disputed.length ? badge('inconsistent') : null))));

function worstVerdict(feature) {
  if (feature.worst) return feature.worst;
  const order = payload.verdicts.map((verdict) => verdict.id);
  const found = feature.checks.map((check) => check.verdict);
  return ['differ', 'inconsistent', 'review', 'missing', 'indicative', ...order].find((id) => found.includes(id));
}

function listItem(feature) {
  const verdict = worstVerdict(feature);
  const state = feature.placeholder ? feature.tag : verdict ? verdictOf(verdict).label : '';
  const node = button(null, () => select(feature.ref, { from: 'list' }), { class: 'feature' },
    verdict ? glyphBadge(verdictOf(verdict)) : null,
    el('span', { class: 'feature-name' }, words(feature.name)),
    el('span', { class: 'feature-state' }, feature.geometry ? state : texts.no_geometry));
  if (!refButtons.has(feature.ref)) refButtons.set(feature.ref, []);
  refButtons.get(feature.ref).push(node);
  return el('li', {}, node);
}

function groupSums(group) {
  const rows = [group.ha ? `${group.ha} · ${group.mu}` : '', group.sum_note].filter(Boolean);
  return rows.map((text, i) => el('div', { class: i || !group.ha ? 'sum-note' : 'sum' }, text));
}

function groupItem(group) {
  const id = `group-${payload.groups.indexOf(group)}`;
  const box = el('input', { type: 'checkbox', id, checked: isShown(group.id),
    'on.change': (event) => switchGroup(group.id, event.target.checked) });
  groupBoxes.set(group.id, box);
  const features = payload.features.filter((feature) => feature.kind === group.id);
  return el('li', { class: 'group' },
    el('div', { class: 'group-head' }, box,
      el('label', { for: id }, groupSwatch(group), el('span', {}, group.label)),
      el('span', { class: 'count' }, fill(texts.count, { count: grouped(group.count, 0) }))),
    groupSums(group),
    group.count > features.length ? el('div', { class: 'sum-note' }, fill(texts.too_many, { count: grouped(group.count - features.length, 0) })) : null,
    features.length ? el('details', {}, el('summary', { 'aria-label': fill(texts.list_group, { name: group.label }) },
      fill(texts.list_group, { name: group.label })), el('ul', { class: 'features' }, features.map(listItem))) : null);
}

function baseItem(base) {
  const id = `base-${payload.base.indexOf(base)}`;
  const box = el('input', { type: 'checkbox', id, checked: isShown(base.id),
    'on.change': (event) => switchGroup(base.id, event.target.checked) });
  groupBoxes.set(base.id, box);
  return el('li', { class: 'group' }, el('div', { class: 'group-head' }, box,
    el('label', { for: id }, lineSwatch(base.role), el('span', {}, base.label)),
    el('span', { class: 'count' }, fill(texts.count, { count: base.count }))));
}

sectionMakers.layers = () => el('section', { id: 'layers' },
  el('h2', {}, texts.groups, el('small', {}, texts.measured_sums)),
  el('ul', { class: 'groups' }, payload.groups.filter((group) => group.count).map(groupItem),
    payload.base.filter((base) => base.count).map(baseItem)));

function switchGroup(groupId, shown) {
  const box = groupBoxes.get(groupId);
  if (box) box.checked = shown;
  setGroup(groupId, shown);
  writeAddress();
}

function markInList() {
  for (const [ref, nodes] of refButtons) {
    const current = selected !== null && selected.ref === ref;
    for (const node of nodes) {
      if (current) node.setAttribute('aria-current', 'true');
      else node.removeAttribute('aria-current');
    }
  }
}

function toggleDrawer() {
  setDrawer(!document.body.classList.contains('drawer-open'));
}

function setDrawer(open) {
  document.body.classList.toggle('drawer-open', open);
  drawerButton.setAttribute('aria-expanded', String(open));
  drawerButton.setAttribute('aria-label', open ? texts.drawer_close : texts.drawer_open);
  fitFrame();
}

// The map's box has changed: Leaflet must know before anything is placed in it.
function fitFrame() {
  map.invalidateSize({ animate: false });
}

function makePanel() {
  append(panelBody, [
    payload.warning ? el('p', { class: 'warning' }, payload.warning) : null,
    payload.basemap ? el('p', { class: 'warning' }, payload.basemap.warning) : null, panelSections()]);
  append(panel, [panelHead(), navigation(), searchBox(), panelBody]);
  document.body.classList.add(`page-${payload.page}`, `layout-${payload.layout}`);
  document.body.classList.toggle('judging', judging);
  document.body.prepend(el('a', { class: 'skip', href: '#layers', 'on.click': skipToList }, texts.skip), panel);
  setDrawer(false);
}

function skipToList(event) {
  event.preventDefault();
  setDrawer(true);
  const first = panelBody.querySelector('#layers input');
  if (first) first.focus();
}
