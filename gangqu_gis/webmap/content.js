// The page's own content: figures as printed in tables, and sums with a bar.

const refButtons = new Map();

function refButton(ref, name) {
  if (!ref || !featureOf(ref)) return words(name);
  const node = button(null, () => select(ref, { from: 'list' }), { class: 'to-place' }, words(name));
  if (!refButtons.has(ref)) refButtons.set(ref, []);
  refButtons.get(ref).push(node);
  return node;
}

function figureCell(figures, none) {
  if (!figures.length) return none ? el('span', { class: 'none' }, none) : el('span', { class: 'none' }, '-');
  return figures.map((figure) => el('span', { class: figure.stated.length > 16 ? 'printed' : 'printed short', title: figure.place }, el('b', {}, quoted(figure.stated)),
    figure.disputed.length ? disputedMark() : null));
}

// In a narrow column the glyph alone, its word for those who hear the page or point at it.
function disputedMark() {
  const verdict = verdictOf('inconsistent');
  return el('span', { class: 'mark', title: verdict.label }, glyphBadge(verdict), el('span', { class: 'visually-hidden' }, verdict.label));
}

function tableCell(cell) {
  if (cell.figures) return el('td', {}, figureCell(cell.figures, cell.none));
  return el('td', { class: cell.small ? 'measured' : null }, words(cell.text), cell.small ? el('small', {}, cell.small) : null);
}

function wideTable(block) {
  const head = el('tr', {}, el('th', { scope: 'col' }, el('span', { class: 'visually-hidden' }, texts.column_name)),
    block.columns.map((column) => el('th', { scope: 'col' }, column)));
  const row = (entry) => el('tr', {}, el('th', { scope: 'row' }, refButton(entry.ref, entry.head)), entry.cells.map(tableCell));
  return el('table', { class: 'content-table' }, el('thead', {}, head), el('tbody', {}, block.rows.map(row)));
}

// Too many columns for the panel: one list a row instead, without what the plan does not state.
function longTable(block) {
  return block.rows.map((entry) => el('div', { class: 'content-list' }, el('h3', {}, refButton(entry.ref, entry.head)),
    facts(entry.cells.map((cell, i) => [block.columns[i], cell.figures && cell.figures.length ? figureCell(cell.figures) : null]))));
}

function tableBlock(block) {
  return block.columns.length > 4 ? longTable(block) : wideTable(block);
}

function sumBar(block) {
  const bar = el('div', { class: 'bar', 'aria-hidden': 'true' });
  for (const part of block.parts) {
    const node = el('div', { class: 'bar-part' }, el('span', {}, quoted(part.stated)));
    node.style.setProperty('flex-grow', String(part.share));
    node.style.setProperty('--part', part.colour);
    bar.append(node);
  }
  return bar;
}

function sumPart(part) {
  const pieces = part.pieces.map((piece) => el('li', {}, refButton(piece.ref, piece.label),
    piece.stated ? el('b', { title: piece.place }, quoted(piece.stated)) : el('span', { class: 'none' }, part.none)));
  const key = el('span', { class: 'bar-key', 'aria-hidden': 'true' });
  key.style.setProperty('--part', part.colour);
  return el('div', { class: 'sum-part' }, el('p', { title: part.place }, key, el('span', {}, part.subject), el('b', {}, quoted(part.stated))),
    pieces.length ? el('ul', {}, pieces) : null);
}

function sumBeside(entry) {
  return el('div', { class: 'sum-beside' }, el('p', {}, el('strong', {}, texts.not_added), refButton(entry.ref, entry.label),
    figureCell(entry.figures)), entry.note ? el('p', { class: 'hint' }, words(entry.note)) : null);
}

function sumBlock(block) {
  return [
    el('p', { class: 'sum-total', title: block.total.place }, el('b', {}, quoted(block.total.stated)),
      el('span', {}, `${block.total.label} ${block.total.period}`)),
    sumBar(block), block.parts.map(sumPart), block.beside.map(sumBeside),
    block.checks.length ? el('ul', { class: 'checks' }, block.checks.map((check) => el('li', {},
      el('div', { class: 'check-head' }, badge(check.verdict), el('span', { class: 'formula' }, words(check.formula)))))) : null,
  ];
}

function blockSection(block, ...content) {
  return el('section', { class: `block block-${block.form}` },
    el('h2', {}, block.title, el('small', {}, texts.as_printed)), ...content,
    block.note ? el('p', { class: 'hint' }, words(block.note)) : null);
}

sectionMakers.table = (block) => blockSection(block, tableBlock(block));
sectionMakers.sum = (block) => blockSection(block, sumBlock(block));
