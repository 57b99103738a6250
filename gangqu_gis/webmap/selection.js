// What is selected: one feature, shown on the map, in the list, in the card and in the address.

let selected = null;
let halo = null;
let together = [];

function isSelected(feature) {
  return selected !== null && selected.ref === feature.ref;
}

function featureOf(ref) {
  if (packed && packed.byRef.has(ref)) return packedFeature(packed.byRef.get(ref));
  return payload.features.find((feature) => feature.ref === ref)
    || payload.reference.find((feature) => feature.ref === ref) || null;
}

// Others may be shown together with the selected one: all that a check measures.
function select(ref, { from, together: all = [ref] } = {}) {
  const feature = featureOf(ref);
  if (!feature) return;
  const returnTo = selected ? null : document.activeElement;
  selected = feature;
  together = all.map(featureOf).filter((one) => one && one.geometry);
  if (!isShown(feature.kind)) switchGroup(feature.kind, true);
  if (!judging) showCard(feature, returnTo, from !== 'map' && from !== 'address');
  drawHalo();
  if (from !== 'address') bringIntoView(feature, from);
  markInList();
  rowsFollowPlace(from);
  drawLabels();
  writeAddress();
}

function deselect() {
  if (!selected) return;
  selected = null;
  together = [];
  hideCard();
  drawHalo();
  markInList();
  rowsFollowPlace('nothing');
  drawLabels();
  writeAddress();
}

function drawHalo() {
  if (halo) halo.remove();
  halo = null;
  const shown = together.filter((feature) => isShown(feature.kind));
  if (!shown.length) return;
  const line = (color, weight) => shown.map((feature) => L.geoJSON(feature.geometry, { pane: 'halo', interactive: false,
    style: { color, weight, fill: false, opacity: 1, lineJoin: 'round' } }));
  // Below the feature's own outline, whose dashes must stay to be seen.
  halo = L.layerGroup([...line('#ffffff', 13), ...line('#4a8df6', 9)]).addTo(map);
}

function isInFreeView(bounds) {
  const box = screenBox(bounds);
  const size = map.getSize();
  return box.left >= 0 && box.top >= 0 && box.right <= size.x - cardWidth() && box.bottom <= size.y;
}

function bringIntoView(feature, from) {
  if (!feature.geometry) return;
  const bounds = L.latLngBounds([]);
  for (const one of together) bounds.extend(L.geoJSON(one.geometry).getBounds());
  const box = screenBox(bounds);
  const small = Math.max(box.right - box.left, box.bottom - box.top) < 60;
  if (isInFreeView(bounds) && (from === 'map' || !small)) return;
  const margin = narrow.matches ? 24 : 70;
  map.fitBounds(bounds, { animate: from !== 'address' && !calm.matches, maxZoom: Math.max(15.5, from === 'map' ? map.getZoom() : 0),
    paddingTopLeft: [margin, margin], paddingBottomRight: [margin + cardWidth(), margin] });
}
