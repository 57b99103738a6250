// Search by name (in either language) or id: a box with a list under it, by keyboard as by mouse.

const MOST_RESULTS = 30;
const searchInput = el('input', { type: 'search', id: 'search', role: 'combobox', autocomplete: 'off',
  spellcheck: 'false', 'aria-controls': 'results', 'aria-expanded': 'false', 'aria-autocomplete': 'list',
  placeholder: texts.search_hint, 'aria-label': texts.search });
const results = el('ul', { id: 'results', role: 'listbox', 'aria-label': texts.search, hidden: true });
const searchStatus = el('div', { class: 'visually-hidden', role: 'status' });
let active = -1;

function normal(text) {
  return String(text).normalize('NFKC').toLowerCase().replace(/\s+/g, '');
}

// 0 the whole of a key, 1 its beginning, 2 some of it, 3 none.
function nearness(feature, wanted) {
  return Math.min(3, ...feature.keys.map((key) => {
    const at = normal(key).indexOf(wanted);
    if (at < 0) return 3;
    return at > 0 ? 2 : normal(key) === wanted ? 0 : 1;
  }));
}

// Of very many features, the first that match; a whole name or id comes first of all.
function packedMatches(wanted) {
  const found = [];
  for (let i = 0; packed && i < packed.count && found.length < 20 * MOST_RESULTS; i += 1) {
    const at = nearness({ keys: [packed.names[i], packed.refs[i]] }, wanted);
    if (at < 3) found.push({ i, at });
  }
  found.sort((a, b) => a.at - b.at);
  return found.slice(0, MOST_RESULTS).map(({ i, at }) => ({ at, feature: packedFeature(i) }));
}

function matches(query) {
  const wanted = normal(query);
  if (!wanted) return [];
  const all = [...payload.features, ...payload.reference];
  const found = all.map((feature) => ({ feature, at: nearness(feature, wanted) })).filter(({ at }) => at < 3);
  return [...found, ...packedMatches(wanted)].sort((a, b) => a.at - b.at).map(({ feature }) => feature);
}

function kindLabel(feature) {
  const group = groupOf(feature) || payload.base.find((base) => base.id === feature.kind);
  return group ? group.label : '';
}

function resultItem(feature, position) {
  return el('li', { role: 'option', id: `result-${position}`, 'aria-selected': 'false',
    'on.click': () => choose(feature), 'on.mousedown': (event) => event.preventDefault() },
  el('span', {}, words(feature.name)), el('small', {}, kindLabel(feature)));
}

function showResults() {
  const found = matches(searchInput.value);
  const asked = normal(searchInput.value) !== '';
  active = -1;
  results.replaceChildren();
  append(results, found.slice(0, MOST_RESULTS).map(resultItem));
  if (asked && !found.length) results.append(el('li', { class: 'none', role: 'option', 'aria-disabled': 'true' }, texts.no_match));
  results.hidden = !asked;
  searchInput.setAttribute('aria-expanded', String(asked));
  searchInput.removeAttribute('aria-activedescendant');
  searchStatus.textContent = !asked ? '' : found.length ? fill(texts.matches, { count: found.length }) : texts.no_match;
}

function closeResults() {
  results.hidden = true;
  searchInput.setAttribute('aria-expanded', 'false');
}

function choose(feature) {
  searchInput.value = feature.name;
  closeResults();
  select(feature.ref, { from: 'search' });
}

function moveActive(step) {
  const options = [...results.querySelectorAll('[id^="result-"]')];
  if (!options.length) return;
  active = (active + step + options.length) % options.length;
  options.forEach((option, i) => option.setAttribute('aria-selected', String(i === active)));
  options[active].scrollIntoView({ block: 'nearest' });
  searchInput.setAttribute('aria-activedescendant', options[active].id);
}

function onSearchKey(event) {
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    moveActive(event.key === 'ArrowDown' ? 1 : -1);
  } else if (event.key === 'Enter') {
    const found = matches(searchInput.value)[Math.max(0, active)];
    if (found) choose(found);
  } else if (event.key === 'Escape' && !results.hidden) {
    event.preventDefault();
    closeResults();
  }
}

function searchBox() {
  searchInput.addEventListener('input', showResults);
  searchInput.addEventListener('keydown', onSearchKey);
  searchInput.addEventListener('blur', closeResults);
  return el('div', { class: 'search', role: 'search' }, icon('search'), searchInput, results, searchStatus);
}
