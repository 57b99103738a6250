// Names on the map: placed one by one, most important first; what finds no room is left out.

const labelPane = map.getPane('names');
const GAP = 3;
const CELL = 96;
// How far a plot's name keeps from other plots.
const NEAR = 7;
// Where on a line its name may stand, as shares of the part in view.
const SHARES = [0.5, 0.3, 0.7, 0.16, 0.84, 0.4, 0.6, 0.07, 0.93];
const labels = [];
let placedLabels = [];

function plotLabel(feature) {
  const light = groupOf(feature).light;
  const kind = feature.placeholder ? 'placeholder' : light ? 'area' : 'plot';
  const node = el('div', { class: `name name-${kind}`, 'aria-hidden': 'true' },
    el('span', { class: 'name-main' }, words(feature.name)),
    tagOf(feature) ? el('span', { class: 'name-tag' }, tagGlyph(feature), tagOf(feature)) : null);
  return { node, feature, rank: light || feature.placeholder ? 1 : 2, extent: extentSize(plots.get(feature.ref)),
    at: L.latLng(feature.at[1], feature.at[0]) };
}

// On the page of verdicts the second line is the verdict, elsewhere the area.
function tagOf(feature) {
  const verdict = judging && !feature.placeholder ? worstVerdict(feature) : null;
  return verdict ? verdictOf(verdict).label : feature.tag;
}

function tagGlyph(feature) {
  const verdict = judging && !feature.placeholder ? worstVerdict(feature) : null;
  return verdict ? glyphBadge(verdictOf(verdict)) : null;
}

function lineLabel(feature) {
  const role = payload.base.find((group) => group.id === feature.kind).role;
  const text = el('span', { class: 'name-text' }, words(feature.name));
  const node = el('div', { class: `name name-line name-${role}`, 'aria-hidden': 'true' }, text);
  const parts = feature.geometry.type === 'LineString' ? [feature.geometry.coordinates] : feature.geometry.coordinates;
  return { node, text, feature, rank: role === 'road' ? 3 : 4,
    parts: parts.map((part) => part.map(([x, y]) => L.latLng(y, x))) };
}

function makeLabels() {
  for (const plot of plots.values()) if (plot.feature.at) labels.push(plotLabel(plot.feature));
  for (const line of payload.reference) if (line.geometry) labels.push(lineLabel(line));
  labelPane.append(...labels.map((label) => label.node));
  for (const label of labels) label.full = sizeOf(label.node);
  for (const label of labels) label.node.classList.add('compact');
  for (const label of labels) label.compact = sizeOf(label.node);
  for (const label of labels) label.node.classList.add('upright');
  for (const label of labels) label.standing = sizeOf(label.node);
  map.on('zoomstart', () => labelPane.classList.add('waiting'));
  map.on('moveend zoomend resize', drawLabels);
}

function sizeOf(node) {
  return { x: node.offsetWidth, y: node.offsetHeight };
}

function boxAround(point, size) {
  return { left: point.x - size.x / 2 - GAP, right: point.x + size.x / 2 + GAP,
    top: point.y - size.y / 2 - GAP, bottom: point.y + size.y / 2 + GAP };
}

function shared(a, b) {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

// Boxes on the screen, found by the cells of a grid that they touch; what is out of view is left out.
function boxGrid(view) {
  const cells = new Map();
  const eachCell = (box, visit) => {
    const [left, right] = [Math.max(box.left, view.left), Math.min(box.right, view.right)];
    const [top, bottom] = [Math.max(box.top, view.top), Math.min(box.bottom, view.bottom)];
    for (let row = Math.floor(top / CELL); row <= Math.floor(bottom / CELL); row += 1) {
      for (let column = Math.floor(left / CELL); column <= Math.floor(right / CELL); column += 1) visit(row * 1000 + column);
    }
  };
  const near = (box) => {
    const found = new Set();
    eachCell(box, (cell) => (cells.get(cell) || []).forEach((item) => found.add(item)));
    return [...found];
  };
  return { near,
    add: (item) => eachCell(item.box, (cell) => cells.set(cell, [...(cells.get(cell) || []), item])),
    touches: (box) => near(box).some((other) => shared(box, other.box)) };
}

function screenBox(bounds) {
  const a = map.latLngToContainerPoint(bounds.getNorthWest());
  const b = map.latLngToContainerPoint(bounds.getSouthEast());
  return { left: a.x, top: a.y, right: b.x, bottom: b.y };
}

// Whether a polygon covers a point; holes count as outside (even-odd rule over all rings).
function covers(geometry, { lng, lat }) {
  const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
  let inside = false;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 1) {
      const [[x0, y0], [x1, y1]] = [ring[i - 1], ring[i]];
      if ((y0 > lat) !== (y1 > lat) && lng < x0 + (x1 - x0) * (lat - y0) / (y1 - y0)) inside = !inside;
    }
  }
  return inside;
}

// Around the widest spot of an area, but never past its sides.
function areaPlaces(at, { size, feature: { geometry } }, own) {
  const within = (value, low, high) => (low > high ? (low + high) / 2 : Math.min(high, Math.max(low, value)));
  const downs = [0, -0.14, 0.14, -0.27, 0.27, -0.37, 0.37];
  const places = downs.flatMap((v) => [0, -0.14, 0.14, -0.26, 0.26].map((h) => ({
    x: within(at.x + h * (own.right - own.left), own.left + size.x / 2 + GAP, own.right - size.x / 2 - GAP),
    y: within(at.y + v * (own.bottom - own.top), own.top + size.y / 2 + GAP, own.bottom - size.y / 2 - GAP) })));
  return places.filter((place) => covers(geometry, map.containerPointToLatLng([place.x, place.y])));
}

function plotPlaces(label, own) {
  const at = map.latLngToContainerPoint(label.at);
  const { x, y } = label.size;
  const width = own.right - own.left;
  const height = own.bottom - own.top;
  if (label.rank === 1) {
    const fits = width > x * 0.6 && height > y * 0.8;
    return fits || label.feature.placeholder ? areaPlaces(at, label, own) : [];
  }
  if (Math.max(width, height) < 9 && !isSelected(label.feature)) return [];
  const middle = { x: (own.left + own.right) / 2, y: (own.top + own.bottom) / 2 };
  const fits = width > x * 0.9 && height > y ? [at] : [];
  return [...fits, { x: middle.x, y: own.bottom + y / 2 + 4 }, { x: middle.x, y: own.top - y / 2 - 4 },
    { x: own.right + x / 2 + 6, y: middle.y }, { x: own.left - x / 2 - 6, y: middle.y },
    { x: own.right + x / 2 + 4, y: own.bottom + y / 2 }, { x: own.left - x / 2 - 4, y: own.bottom + y / 2 },
    { x: own.right + x / 2 + 4, y: own.top - y / 2 }, { x: own.left - x / 2 - 4, y: own.top - y / 2 }];
}

// The part of each segment that is in view gives the places of a line's name, longest first.
function linePlaces(label, view) {
  const frame = L.bounds([view.left, view.top], [view.right, view.bottom]);
  const places = [];
  for (const part of label.parts) {
    const points = part.map((latLng) => map.latLngToContainerPoint(latLng));
    for (let i = 1; i < points.length; i += 1) {
      const cut = L.LineUtil.clipSegment(points[i - 1], points[i], frame, false, true);
      if (cut) places.push(...SHARES.map((share) => placeOn(label, cut, share)));
    }
  }
  // A name never reaches past the end of its line.
  return places.filter((place) => 2 * Math.min(place.share, 1 - place.share) * place.room >= place.long)
    .sort((a, b) => b.room - a.room);
}

function placeOn(label, [a, b], share) {
  let angle = Math.atan2(b.y - a.y, b.x - a.x) * 180 / Math.PI;
  if (angle > 90) angle -= 180;
  if (angle <= -90) angle += 180;
  const upright = Math.abs(angle) > 52 && payload.lang === 'zh';
  const turn = upright ? 0 : angle;
  const along = Math.abs(Math.cos(turn * Math.PI / 180));
  const across = Math.abs(Math.sin(turn * Math.PI / 180));
  const { x, y } = upright ? label.standing : label.size;
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share, upright, turn,
    share, room: Math.hypot(b.x - a.x, b.y - a.y), long: Math.max(x, y) + 2 * GAP,
    size: { x: x * along + y * across, y: x * across + y * along } };
}

// The best place: inside the view, touching nothing that stands, covering as little as possible.
function bestPlace(label, places, view, taken, crowd) {
  let best = null;
  for (const place of places) {
    const box = boxAround(place, place.size || label.size);
    const inside = box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;
    if (!inside || taken.touches(box)) continue;
    const cost = crowding(label, box, crowd);
    // A name that touches another plot could be read as that plot's name.
    if (cost && label.rank === 2 && !isSelected(label.feature)) continue;
    if (!best || cost < best.cost) best = { place, box, cost };
    if (cost === 0) break;
  }
  return best;
}

// Plots that lie on the label's own crowd it only where it covers them: they cannot be kept apart.
function crowding(label, box, crowd) {
  const own = label.rank === 2 ? screenBox(plots.get(label.feature.ref).bounds) : null;
  const grown = { left: box.left - NEAR, top: box.top - NEAR, right: box.right + NEAR, bottom: box.bottom + NEAR };
  return crowd.near(grown).reduce((sum, other) => {
    const near = own && !shared(own, other.box) ? NEAR : 0;
    const counts = other.ref !== label.feature.ref && (label.rank === 1 ? other.extent < label.extent : !other.light);
    const { left, top, right, bottom } = other.box;
    const kept = { left: left - near, top: top - near, right: right + near, bottom: bottom + near };
    return counts ? sum + shared(box, kept) : sum;
  }, 0);
}

function putLabel(label, place) {
  label.node.classList.toggle('upright', Boolean(place.upright));
  if (label.text) label.text.style.setProperty('transform', place.turn ? `rotate(${place.turn}deg)` : 'none');
  const size = place.upright ? label.standing : label.size;
  const corner = map.containerPointToLayerPoint([place.x - size.x / 2, place.y - size.y / 2]);
  L.DomUtil.setPosition(label.node, corner.round());
  label.node.classList.add('placed');
}

// Most important first; of areas the smallest first, for it has the fewest places.
function compareLabels(a, b) {
  const rank = ({ feature, rank: own }) => (isSelected(feature) ? 0 : feature.placeholder ? 0.5 : own);
  return rank(a) - rank(b) || (a.rank === 1 ? a.extent - b.extent : 0);
}

function visiblePlots() {
  return [...plots.values()].filter((plot) => map.hasLayer(plot.layer)).map((plot) => (
    { ref: plot.feature.ref, box: screenBox(plot.bounds), extent: extentSize(plot), light: groupOf(plot.feature).light && !plot.feature.placeholder }));
}

// What a plot's name stands beside: the plot, and the mark of its stage where that is larger.
function ownBox({ feature, rank }) {
  const own = screenBox(plots.get(feature.ref).bounds);
  const mark = rank === 2 && stageBoxes().get(feature.ref);
  if (!mark) return own;
  return { left: Math.min(own.left, mark.left), top: Math.min(own.top, mark.top),
    right: Math.max(own.right, mark.right), bottom: Math.max(own.bottom, mark.bottom) };
}

// First with name and area, then with the name alone.
function placeLabel(label, view, taken, crowd) {
  for (const size of ['full', 'compact']) {
    label.size = label[size];
    const places = label.parts ? linePlaces(label, view) : plotPlaces(label, ownBox(label));
    const best = bestPlace(label, places, view, taken, crowd);
    if (best) {
      label.node.classList.toggle('compact', size === 'compact');
      return best;
    }
    if (label.parts) return null;
  }
  return null;
}

function mayShow(label) {
  return isShown(label.feature.kind) && (label.parts || isSelected(label.feature) || map.getBounds().intersects(plots.get(label.feature.ref).bounds));
}

function drawLabels() {
  const size = map.getSize();
  const view = { left: 2, top: 2, right: size.x - 2 - cardWidth(), bottom: size.y - 2 };
  const [taken, crowd] = [boxGrid(view), boxGrid(view)];
  for (const box of [...obstacles(), ...stageBoxes().values()]) taken.add({ box });
  for (const plot of visiblePlots()) crowd.add(plot);
  for (const label of placedLabels) label.node.classList.remove('placed');
  placedLabels = [];
  for (const label of labels.filter(mayShow).sort(compareLabels)) {
    const best = placeLabel(label, view, taken, crowd);
    if (!best) continue;
    taken.add({ box: best.box });
    placedLabels.push(label);
    putLabel(label, best.place);
  }
  drawPackedLabels(view, taken);
  labelPane.classList.remove('waiting');
}
