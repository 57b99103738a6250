// Glyphs are drawn, not taken from a font: an office computer may not have the character.

const GLYPHS = {
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.7M8 12.6v.2',
  diamond: 'M8 3l5 5-5 5-5-5z',
  dash: 'M4 8h8',
  empty: 'M8 3a5 5 0 1 0 .01 0M4.5 11.5l7-7',
  plus: 'M8 3.5v9M3.5 8h9',
  unequal: 'M3.5 6h9M3.5 10h9M10.5 3l-5 10',
  signed: 'M3 12.5c2-7 4-9 5-7.5s-2 6 0 6 2-2 5-2.5',
  close: 'M4 4l8 8M12 4l-8 8',
  whole: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  up: 'M4 10l4-4 4 4',
  ruler: 'M2 11L11 2l3 3-9 9zM5 8l1.5 1.5M8 5l1.5 1.5M11 8.5l-.01 .01',
  area: 'M3 4l8-1.5 3 6-6 5-5-2.5z',
  search: 'M7 3a4 4 0 1 0 .01 0M10 10l3.5 3.5',
};

function icon(name) {
  return shape('svg', { viewBox: '0 0 16 16', class: 'icon', 'aria-hidden': 'true', focusable: 'false' },
    shape('path', { d: GLYPHS[name] }));
}

function verdictOf(id) {
  return payload.verdicts.find((verdict) => verdict.id === id);
}

function glyphBadge(verdict) {
  const node = el('span', { class: 'glyph' }, icon(verdict.glyph));
  node.style.setProperty('--badge', verdict.colour);
  return node;
}

// Glyph, colour and word together: no reader depends on one of them.
function badge(id) {
  const verdict = verdictOf(id);
  const node = el('span', { class: 'badge' }, icon(verdict.glyph), verdict.label);
  node.style.setProperty('--badge', verdict.colour);
  return node;
}
