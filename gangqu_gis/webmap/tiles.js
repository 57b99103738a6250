// The optional online base map under everything else, with the credit that it asks for.

const tilesBox = el('div', { class: 'credit' });

function drawTiles() {
  if (!payload.basemap) return;
  for (const url of payload.basemap.layers) {
    L.tileLayer(url, { subdomains: '01234567', maxNativeZoom: 18, maxZoom: 19, pane: 'tilePane' }).addTo(map);
  }
  tilesBox.textContent = payload.basemap.attribution;
  mapNode.append(tilesBox);
}

// The plan's own reference lines are schematic: they would only disagree with the real ones.
if (payload.basemap) for (const base of payload.base) hiddenGroups.add(base.id);
