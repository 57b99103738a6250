// The plan's polygons, one Leaflet layer a feature, in groups that can be switched.

const plots = new Map();

function eachGroupFeature(group, visit) {
  for (const feature of payload.features) if (feature.kind === group.id) visit(feature);
}

function hoverText(feature) {
  const parts = [el('strong', {}, words(feature.name))];
  const tag = tagOf(feature);
  if (tag) parts.push(el('div', {}, tag));
  return el('div', { class: 'hover' }, ...parts);
}

function addPlot(feature) {
  const whole = groupOf(feature).light || feature.placeholder;
  const hit = L.geoJSON(feature.geometry, { pane: whole ? 'fills' : 'plots', style: hitStyle(feature, whole) });
  const layer = whole ? L.featureGroup([hit, areaOutline(feature)]) : hit;
  hit.bindTooltip(hoverText(feature), { sticky: true, direction: 'top', opacity: 1 });
  hit.on('click', (event) => {
    L.DomEvent.stopPropagation(event);
    if (isMeasuring()) addRulerPoint(event.latlng);
    else select(feature.ref, { from: 'map' });
  });
  hit.on('mouseover', () => layer.setStyle({ weight: styleOf(feature).weight + 1.5 }));
  hit.on('mouseout', () => layer.setStyle({ weight: styleOf(feature).weight }));
  plots.set(feature.ref, { feature, layer, bounds: layer.getBounds() });
}

// A whole area has its fill under the roads and waters, its outline over them.
function hitStyle(feature, whole) {
  return { ...styleOf(feature), stroke: !whole };
}

function areaOutline(feature) {
  return L.geoJSON(feature.geometry, { pane: 'areas', interactive: false,
    style: { ...styleOf(feature), fill: false } });
}

function extentSize(plot) {
  const box = plot.bounds;
  return (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth());
}

// The largest lies lowest: whatever is switched on, the small ones stay within reach.
function restack() {
  const shown = [...plots.values()].filter((plot) => map.hasLayer(plot.layer));
  shown.sort((a, b) => extentSize(b) - extentSize(a));
  for (const plot of shown) plot.layer.bringToFront();
}

function drawPlots() {
  for (const feature of payload.features) if (feature.geometry) addPlot(feature);
  for (const plot of plots.values()) plot.layer.addTo(map);
  restack();
  map.on('click', (event) => {
    const at = packed && !isMeasuring() ? packedAt(event.latlng) : -1;
    if (isMeasuring()) addRulerPoint(event.latlng);
    else if (at >= 0) select(packed.refs[at], { from: 'map' });
    else deselect();
  });
}

function isShown(groupId) {
  return !hiddenGroups.has(groupId);
}

function setGroup(groupId, shown) {
  if (shown) hiddenGroups.delete(groupId);
  else hiddenGroups.add(groupId);
  const layers = baseLayers[groupId] ? [baseLayers[groupId].layer] : [];
  for (const plot of plots.values()) if (plot.feature.kind === groupId) layers.push(plot.layer);
  for (const layer of layers) if (shown) layer.addTo(map); else layer.remove();
  if (shown) {
    restack();
    widenLines();
  }
  redrawPacked();
  drawHalo();
  drawLabels();
}
