// Search by name in either language, id, pinyin or its initials: a box with a list under it, by keyboard as by mouse.

const MOST_RESULTS = 30;
// As in pinyin.py: a longer text is no name.
const LONGEST_NAME = 60;
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
function nearness(keys, wanted) {
  let nearest = 3;
  for (const key of keys) {
    const at = key.indexOf(wanted);
    if (at === 0 && key.length === wanted.length) return 0;
    if (at >= 0) nearest = Math.min(nearest, at > 0 ? 2 : 1);
  }
  return nearest;
}

const keysOf = new Map();

function plainKeys(feature) {
  if (!keysOf.has(feature)) keysOf.set(feature, feature.keys.map(normal));
  return keysOf.get(feature);
}

// Names and ids of every packed feature, with pinyin and its initials; made when a search begins.
function packedKeys() {
  if (packed.keys) return packed.keys;
  const readings = new Map(packed.pinyin.split('\n').map((line) => line.split(' ')).map(([run, ...parts]) => (
    [run, [parts.map((part) => part.slice(0, 1)).join(''), parts.join('')]])));
  const read = (name, which) => name.replace(/[\u3400-\u9fff]+/g, (run) => (readings.get(run) || ['', ''])[which]);
  packed.keys = packed.names.map((name, i) => {
    const keys = [name, packed.refs[i]];
    if (packed.others[i]) keys.push(packed.others[i]);
    const chinese = keys.find((key) => /[\u3400-\u9fff]/.test(key));
    if (chinese && chinese.length <= LONGEST_NAME) keys.push(read(chinese, 0), read(chinese, 1));
    return keys.map(normal);
  });
  return packed.keys;
}

// The nearest first, and how many there are in all.
function matches(query) {
  const wanted = normal(query);
  const ranks = [[], [], []];
  const note = (at, item) => { if (at < 3) ranks[at].push(item); };
  if (wanted) {
    for (const feature of [...payload.features, ...payload.reference]) note(nearness(plainKeys(feature), wanted), feature);
    if (packed) packedKeys().forEach((keys, i) => note(nearness(keys, wanted), i));
  }
  const found = ranks.flatMap((rank) => rank.slice(0, MOST_RESULTS)).slice(0, MOST_RESULTS);
  return { found: found.map((item) => (typeof item === 'number' ? packedFeature(item) : item)),
    count: ranks.reduce((sum, rank) => sum + rank.length, 0) };
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
  const { found, count } = matches(searchInput.value);
  const asked = normal(searchInput.value) !== '';
  active = -1;
  results.replaceChildren();
  append(results, found.map(resultItem));
  if (count > found.length) {
    results.append(el('li', { class: 'none', role: 'option', 'aria-disabled': 'true' },
      fill(texts.matches_left_out, { count: grouped(count - found.length, 0) })));
  }
  if (asked && !found.length) results.append(el('li', { class: 'none', role: 'option', 'aria-disabled': 'true' }, texts.no_match));
  results.hidden = !asked;
  searchInput.setAttribute('aria-expanded', String(asked));
  searchInput.removeAttribute('aria-activedescendant');
  searchStatus.textContent = !asked ? '' : count ? fill(texts.matches, { count: grouped(count, 0) }) : texts.no_match;
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
    const found = matches(searchInput.value).found[Math.max(0, active)];
    if (found) choose(found);
  } else if (event.key === 'Escape' && !results.hidden) {
    event.preventDefault();
    closeResults();
  }
}

function searchBox() {
  searchInput.addEventListener('input', showResults);
  searchInput.addEventListener('focus', () => packed && packedKeys());
  searchInput.addEventListener('keydown', onSearchKey);
  searchInput.addEventListener('blur', closeResults);
  return el('div', { class: 'search', role: 'search' }, icon('search'), searchInput, results, searchStatus);
}
