// The map that folium's script made, its extent, its controls, and which part of it is free.

const map = window.map_gangqu;
const mapNode = map.getContainer();
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
const narrow = window.matchMedia('(max-width: 700px)');
const START_MARGIN = 18;
const toolbar = el('div', { class: 'toolbar' });
const scaleBar = el('div', { class: 'scale', role: 'img' });

function latLngBounds(extent) {
  return extent ? L.latLngBounds(extent) : map.getBounds();
}

function prepareMap() {
  mapNode.setAttribute('role', 'region');
  mapNode.setAttribute('aria-label', texts.map_label);
  map.setMinZoom(9).setMaxZoom(19);
  const data = latLngBounds(payload.extent);
  showWhole(false);
  // Set once the view is inside: Leaflet pans there with an animation that would outlast this.
  map.setMaxBounds(data.pad(2.5).extend(map.getBounds()));
  makeToolbar();
  mapNode.append(toolbar, scaleBar);
  // What stands over the map must not drag or zoom it.
  L.DomEvent.disableClickPropagation(toolbar);
  map.on('moveend', drawScale);
  drawScale();
}

function showWhole(animate) {
  map.fitBounds(latLngBounds(payload.extent), { animate: animate && !calm.matches,
    paddingTopLeft: [START_MARGIN, START_MARGIN],
    paddingBottomRight: [START_MARGIN + cardWidth(), START_MARGIN] });
}

function makeToolbar() {
  const zoom = (step) => () => map.setZoom(map.getZoom() + step, { animate: !calm.matches });
  append(toolbar, [
    el('div', { class: 'tools' },
      button(texts.zoom_in, zoom(0.5), { title: texts.zoom_in }, icon('plus')),
      button(texts.zoom_out, zoom(-0.5), { title: texts.zoom_out }, icon('dash')),
      button(texts.fit, () => showWhole(true), { title: texts.fit }, icon('whole'))),
    rulerTools(),
    northArrow(),
  ]);
}

function northArrow() {
  return el('div', { class: 'north', role: 'img', 'aria-label': texts.north_label },
    el('span', { 'aria-hidden': 'true' }, texts.north),
    shape('svg', { viewBox: '0 0 20 28', 'aria-hidden': 'true', focusable: 'false' },
      shape('path', { d: 'M10 1L18 26 10 20.5z', fill: '#1f2a37' }),
      shape('path', { d: 'M10 1L2 26 10 20.5z', fill: '#fff', stroke: '#1f2a37', 'stroke-linejoin': 'round' })));
}

function metresPerPixel() {
  const size = map.getSize();
  const middle = [L.point(size.x / 2 - 50, size.y / 2), L.point(size.x / 2 + 50, size.y / 2)];
  const ends = middle.map((point) => map.containerPointToLatLng(point)).map(({ lng, lat }) => [lng, lat]);
  // On the ellipsoid: Leaflet's own distance is of a sphere, 0.3 % off here.
  return ellipsoidalDistance(payload.plane, ...ends) / 100;
}

function roundLength(limit) {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [8, 6, 5, 4, 3, 2, 1.5, 1].map((digit) => digit * power).find((length) => length <= limit) || power;
}

function lengthText(metres) {
  return metres >= 1000 ? fill(texts.kilometres, { value: metres / 1000 })
    : fill(texts.metres, { value: metres });
}

function drawScale() {
  const unit = metresPerPixel();
  const length = roundLength(unit * 150);
  const width = length / unit;
  const half = width / 2;
  scaleBar.setAttribute('aria-label', `${texts.scale_label} ${lengthText(length)}`);
  scaleBar.replaceChildren(...(paperRatio ? [el('b', { class: 'scale-ratio' }, paperRatio)] : []),
    shape('svg', { width: width + 2, height: 9, 'aria-hidden': 'true' },
      shape('rect', { x: 1, y: 1, width: half, height: 6, fill: '#1f2a37', stroke: '#1f2a37' }),
      shape('rect', { x: 1 + half, y: 1, width: half, height: 6, fill: '#fff', stroke: '#1f2a37' })),
    el('div', { class: 'scale-text' }, el('span', {}, '0'), el('span', {}, lengthText(length / 2)),
      el('span', {}, lengthText(length))));
  scaleBar.style.setProperty('width', `${width + 2}px`);
}

// How much of the map's right side the card covers (on a phone it stands below the map).
function cardWidth() {
  const open = !card.hidden && !narrow.matches && !document.documentElement.classList.contains('printing');
  return open ? card.offsetWidth + 12 : 0;
}

function boxOf(node) {
  const own = mapNode.getBoundingClientRect();
  const box = node.getBoundingClientRect();
  return { left: box.left - own.left, top: box.top - own.top,
    right: box.right - own.left, bottom: box.bottom - own.top };
}

function obstacles() {
  const standing = [...toolbar.children, scaleBar];
  if (!rulerBox.hidden) standing.push(rulerBox);
  if (tilesBox.isConnected) standing.push(tilesBox);
  if (cardWidth()) standing.push(card);
  return standing.map(boxOf);
}
