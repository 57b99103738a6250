// Measuring by hand: a line or an area on the ellipsoid, by mouse, touch or keyboard.

const ruler = { kind: null, points: [], layer: null };
const rulerBox = el('div', { class: 'ruler', role: 'group', 'aria-label': texts.measure_result, hidden: true });
const rulerText = el('output', { class: 'ruler-text', 'aria-live': 'polite' });
const cross = shape('svg', { viewBox: '0 0 32 32', class: 'cross', 'aria-hidden': 'true' },
  shape('path', { d: 'M16 1v11M16 20v11M1 16h11M20 16h11' }));
const rulerButtons = new Map();

function isMeasuring() {
  return ruler.kind !== null;
}

function grouped(value, places) {
  return value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
}

function measuredLength(metres) {
  return metres >= 1000 ? fill(texts.kilometres, { value: grouped(metres / 1000, 3) })
    : fill(texts.metres, { value: grouped(metres, 2) });
}

function measuredArea(area) {
  return [fill(texts.hectares, { value: grouped(area / 1e4, 4) }), fill(texts.mu, { value: grouped(area * 3 / 2000, 2) }),
    fill(texts.square_metres, { value: grouped(area, 2) })].join(' · ');
}

function edgesNote() {
  return payload.plane.projection ? fill(texts.edges_plane, { plane: payload.plane.name }) : texts.edges_geodesic;
}

function rulerWords() {
  const points = ruler.points.map(({ lng, lat }) => [lng, lat]);
  if (points.length < 2) return texts.measure_hint;
  if (ruler.kind === 'length') return `${texts.measure_length} ${measuredLength(lengthOf(payload.plane, points, false))}`;
  if (points.length < 3) return texts.measure_third;
  return `${texts.ellipsoidal} ${measuredArea(ellipsoidalArea(payload.plane, points))}`
    + ` · ${texts.perimeter} ${measuredLength(lengthOf(payload.plane, points, true))}`;
}

function drawRuler() {
  if (ruler.layer) ruler.layer.remove();
  ruler.layer = null;
  const area = ruler.kind === 'area' && ruler.points.length > 2;
  if (ruler.points.length) {
    const look = { pane: 'ruler', color: '#b0125b', weight: 3, interactive: false, dashArray: null };
    const line = area ? L.polygon(ruler.points, { ...look, fillColor: '#b0125b', fillOpacity: 0.12 }) : L.polyline(ruler.points, look);
    const dots = ruler.points.map((point) => L.circleMarker(point, { ...look, radius: 5, fillColor: '#ffffff', fillOpacity: 1 }));
    ruler.layer = L.layerGroup([line, ...dots]).addTo(map);
  }
  rulerText.textContent = rulerWords();
}

function addRulerPoint(latLng) {
  ruler.points.push(latLng);
  drawRuler();
}

function dropRulerPoint() {
  ruler.points.pop();
  drawRuler();
}

function setRuler(kind) {
  ruler.kind = ruler.kind === kind ? null : kind;
  ruler.points = [];
  if (isMeasuring()) deselect();
  for (const [name, node] of rulerButtons) node.setAttribute('aria-pressed', String(name === ruler.kind));
  mapNode.classList.toggle('measuring', isMeasuring());
  rulerBox.hidden = !isMeasuring();
  if (isMeasuring()) map.doubleClickZoom.disable();
  else map.doubleClickZoom.enable();
  drawRuler();
  drawLabels();
  if (isMeasuring()) mapNode.focus({ preventScroll: true });
}

// Enter sets a point under the cross in the middle of the map, Backspace takes the last one back.
function onRulerKey(event) {
  if (!isMeasuring()) return;
  const onMap = document.activeElement === mapNode;
  if (event.key === 'Escape') setRuler(ruler.kind);
  else if (onMap && (event.key === 'Enter' || event.key === ' ')) addRulerPoint(map.getCenter());
  else if (onMap && event.key === 'Backspace') dropRulerPoint();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function rulerButton(kind, label, glyph) {
  const node = button(label, () => setRuler(kind), { title: label, 'aria-pressed': 'false', class: `measure-${kind}` }, icon(glyph));
  rulerButtons.set(kind, node);
  return node;
}

function rulerTools() {
  return el('div', { class: 'tools' }, rulerButton('length', texts.measure_length, 'ruler'),
    rulerButton('area', texts.measure_area, 'area'));
}

function makeRuler() {
  map.createPane('ruler').style.setProperty('z-index', '620');
  append(rulerBox, [rulerText, el('p', { class: 'ruler-note' }, edgesNote(), ' ', texts.measure_keys),
    el('div', { class: 'ruler-buttons' }, button(texts.measure_undo, dropRulerPoint),
      button(texts.measure_end, () => setRuler(ruler.kind)))]);
  mapNode.append(rulerBox, cross);
  L.DomEvent.disableClickPropagation(rulerBox);
  document.addEventListener('keydown', onRulerKey, true);
}
