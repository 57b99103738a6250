// The legend: only what is on the map, for the panel and for the printed sheet.

function lineSwatch(role) {
  const look = LINE_LOOKS[role];
  const line = (colour, width) => shape('path', { d: 'M2 10h26', stroke: colour, 'stroke-width': width, fill: 'none' });
  return shape('svg', { viewBox: '0 0 30 20', class: 'swatch', 'aria-hidden': 'true', focusable: 'false' },
    look.casing ? line(look.casing, 8) : null, line(look.color, role === 'coast' ? 2.5 : 5.5));
}

function plainSwatch(colour) {
  return swatch({ fillColor: colour, color: '#3b4a5f', weight: 1 });
}

function basisSwatch(basis) {
  const group = payload.groups.find((one) => one.light && !one.context) || payload.groups.find((one) => !one.context) || payload.groups[0];
  return swatch({ ...styleOf({ kind: group.id, basis, placeholder: false }), color: '#3b4a5f' });
}

function legendRow(sample, label, detail) {
  return el('li', {}, sample, el('span', {}, label), detail ? el('small', {}, detail) : null);
}

function useRow(use) {
  return el('li', {}, plainSwatch(use.colour), el('span', {}, use.label, use.more.map((label) => el('span', { class: 'legend-more' }, label))));
}

function legendBlock(level, title, rows) {
  const shown = rows.filter(Boolean);
  return shown.length ? el('div', { class: 'legend-block' }, heading(level, title), el('ul', {}, ...shown)) : null;
}

function basisRows() {
  const held = payload.features.some((feature) => feature.placeholder);
  const rows = payload.bases.map((basis) => legendRow(basisSwatch(basis.id), basis.label,
    [fill(texts.count, { count: grouped(basis.count, 0) }), basis.error].filter(Boolean).join(' · ')));
  if (held) {
    const feature = payload.features.find((one) => one.placeholder);
    rows.push(legendRow(swatch(styleOf(feature)), feature.tag));
  }
  return rows;
}

// The verdicts that are on the map, each with its glyph.
function verdictRows() {
  const given = new Set(payload.features.filter((feature) => !feature.placeholder).map(worstVerdict));
  if (packed) for (const verdict of packed.verdicts) given.add(verdict);
  return payload.verdicts.filter((verdict) => given.has(verdict.id)).map((verdict) => el('li', {},
    swatch(verdictStyle(verdict, 'schematic', false)), glyphBadge(verdict), el('span', {}, verdict.label)));
}

function legendBlocks(level) {
  const base = payload.base.filter((one) => one.count)
    .map((one) => legendRow(lineSwatch(one.role), one.label, one.error));
  const sea = payload.sea ? legendRow(plainSwatch(LINE_LOOKS.sea.fillColor), texts.sea) : null;
  return [
    judging ? legendBlock(level, texts.legend_verdict, verdictRows()) : null,
    judging ? null : legendBlock(level, texts.legend_use, payload.land_use.map(useRow)),
    judging ? null : legendBlock(level, texts.legend_kind, payload.groups.filter((group) => group.count)
      .map((group) => legendRow(groupSwatch(group), group.label))),
    legendBlock(level, texts.legend_basis, basisRows()),
    formerShown() ? legendBlock(level, texts.last_change, [legendRow(formerSwatch(), texts.former)]) : null,
    legendBlock(level, texts.legend_base, [...base, sea]),
  ];
}

sectionMakers.legend = () => el('section', { class: 'legend' }, el('h2', {}, texts.legend), ...legendBlocks(3).filter(Boolean));
