// The vector base: sea, coast, waters and roads from the reference lines.

const LINE_LOOKS = {
  sea: { fillColor: '#d3e6f0', fillOpacity: 1, stroke: false },
  coast: { color: '#4d8db3', scale: 0.45 },
  water: { color: '#a5cfe6', scale: 1 },
  road: { color: '#ffffff', scale: 1, casing: '#bdb5a4' },
  line: { color: '#8a8f98', scale: 0.4 },
};
const baseLayers = {};
const hiddenGroups = new Set();

function lineWidth(role) {
  const width = 2.4 * 1.55 ** (map.getZoom() - 13);
  return Math.max(1.6, Math.min(16, width * LINE_LOOKS[role].scale));
}

function strokes(group, feature) {
  const look = LINE_LOOKS[group.role];
  const pane = group.role === 'road' ? 'roads' : 'water';
  const shared = { pane, interactive: false, lineJoin: 'round', lineCap: 'round' };
  const make = (extra) => L.geoJSON(feature.geometry, { ...shared, style: extra, pane });
  if (look.casing) {
    return [make({ ...shared, color: look.casing, gangquCasing: true }), make({ ...shared, color: look.color })];
  }
  const dash = group.role === 'coast' && feature.basis === 'schematic' ? '12 6' : null;
  return [make({ ...shared, color: look.color, dashArray: dash })];
}

// Casings of every road lie under the fill of every road, so that crossings stay open.
function addBaseGroup(group) {
  const lines = payload.reference.filter((line) => line.kind === group.id && line.geometry);
  const stacks = lines.map((line) => strokes(group, line));
  const depth = Math.max(0, ...stacks.map((stack) => stack.length));
  const ordered = [];
  for (let level = 0; level < depth; level += 1) ordered.push(...stacks.map((stack) => stack[level]));
  baseLayers[group.id] = { group, layer: L.layerGroup(ordered.filter(Boolean)) };
}

function widenLines() {
  for (const { group, layer } of Object.values(baseLayers)) {
    const width = lineWidth(group.role);
    layer.eachLayer((line) => line.eachLayer((path) => {
      path.setStyle({ weight: path.options.gangquCasing ? width + 2 : width });
    }));
  }
}

function drawBase() {
  if (payload.sea) {
    L.geoJSON(payload.sea, { pane: 'sea', interactive: false, style: LINE_LOOKS.sea }).addTo(map);
  }
  // Water first: roads cross it.
  for (const group of payload.base) addBaseGroup(group);
  for (const { group, layer } of Object.values(baseLayers)) if (isShown(group.id)) layer.addTo(map);
  map.on('zoomend', widenLines);
  widenLines();
}
