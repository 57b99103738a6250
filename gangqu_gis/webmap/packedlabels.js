// Names of packed features: of those in view the roomiest first, each only within its own outline.

const MOST_PACKED_LABELS = 400;
const LEVELS = [0.5, 0.38, 0.62, 0.25, 0.75];
let packedNodes = [];

// Features in view on whose box a name may fit, the largest first.
function roomyFeatures(scale) {
  const { min, max } = map.getPixelBounds();
  const fits = (i) => (packed.box[4 * i + 2] - packed.box[4 * i]) * scale > 34
    && (packed.box[4 * i + 3] - packed.box[4 * i + 1]) * scale > 18;
  return shownIn(min.x / scale, min.y / scale, max.x / scale, max.y / scale).filter(fits)
    .map((i) => ({ i, size: boxSize(i, scale) })).sort((a, b) => b.size - a.size || a.i - b.i)
    .slice(0, MOST_PACKED_LABELS).map(({ i }) => i);
}

// The widest stretch within the outline on a level line: its middle and its width.
function widest(i, y) {
  const at = crossings(i, y);
  let best = { x: 0, room: 0 };
  for (let k = 0; k + 1 < at.length; k += 2) {
    if (at[k + 1] - at[k] > best.room) best = { x: (at[k] + at[k + 1]) / 2, room: at[k + 1] - at[k] };
  }
  return best;
}

// Whether the stretch from left to right lies within the outline on the level line at y.
function spans(i, left, right, y) {
  const at = crossings(i, y);
  for (let k = 0; k + 1 < at.length; k += 2) if (at[k] <= left && right <= at[k + 1]) return true;
  return false;
}

// A place for a label of this size with its top, middle and foot within the outline, in world pixels.
function placeWithin(i, size, scale) {
  const [top, bottom] = [packed.box[4 * i + 1], packed.box[4 * i + 3]];
  const [half, high] = [size.x / 2 / scale, size.y / 2 / scale];
  for (const level of LEVELS) {
    const y = top + (bottom - top) * level;
    const { x, room } = widest(i, y);
    if (room >= 2 * half && [-high, high].every((dy) => spans(i, x - half, x + half, y + dy))) return { x: x * scale, y: y * scale };
  }
  return null;
}

function packedLabel(i) {
  const feature = { placeholder: false, worst: packed.verdicts[packed.verdict[i]], tag: packedTag(i, packed.bases[packed.basis[i]]) };
  const tag = tagOf(feature);
  const node = el('div', { class: 'name name-plot name-packed', 'aria-hidden': 'true' },
    el('span', { class: 'name-main' }, words(packed.names[i])), tag ? el('span', { class: 'name-tag' }, tagGlyph(feature), tag) : null);
  return { i, node };
}

// First with name and area, then with the name alone, as for plain features.
function putPackedLabel(label, scale, origin, view, taken) {
  for (const form of ['full', 'compact']) {
    const size = label[form];
    const place = placeWithin(label.i, size, scale);
    if (!place) continue;
    const at = { x: place.x - origin.x, y: place.y - origin.y };
    const box = boxAround(at, size);
    const inside = box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;
    if (!inside || taken.touches(box)) continue;
    taken.add({ box });
    label.node.classList.toggle('compact', form === 'compact');
    L.DomUtil.setPosition(label.node, map.containerPointToLayerPoint([at.x - size.x / 2, at.y - size.y / 2]).round());
    label.node.classList.add('placed');
    return;
  }
  label.node.remove();
}

function drawPackedLabels(view, taken) {
  for (const node of packedNodes) node.remove();
  packedNodes = [];
  if (!packed) return;
  const scale = 2 ** map.getZoom();
  const origin = map.getPixelBounds().min;
  const made = roomyFeatures(scale).map(packedLabel);
  packedNodes = made.map((label) => label.node);
  labelPane.append(...packedNodes);
  // All are measured before any is moved: one layout instead of hundreds.
  for (const label of made) label.full = sizeOf(label.node);
  for (const label of made) label.node.classList.add('compact');
  for (const label of made) label.compact = sizeOf(label.node);
  for (const label of made) putPackedLabel(label, scale, origin, view, taken);
}
