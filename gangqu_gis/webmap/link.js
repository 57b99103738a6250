// The address holds the view, what is switched off and what is selected, so that it can be passed on.

let written = '';
let reading = true;

function addressOfView() {
  const centre = map.getCenter();
  const parts = [`view=${map.getZoom()}/${centre.lat.toFixed(5)}/${centre.lng.toFixed(5)}`];
  if (hiddenGroups.size || payload.basemap) parts.push(`off=${[...hiddenGroups].map(encodeURIComponent).join(',')}`);
  for (const [name, part] of addressParts) {
    const value = part.write();
    if (value) parts.push(`${name}=${encodeURIComponent(value)}`);
  }
  if (openRule) parts.push(`row=${encodeURIComponent(openRule)}`);
  else if (selected) parts.push(`sel=${encodeURIComponent(selected.ref)}`);
  return `#${parts.join('&')}`;
}

function writeAddress() {
  if (reading) return;
  written = addressOfView();
  try {
    window.history.replaceState(null, '', written);
  } catch {
    // Some browsers refuse this on file://; then the address stays as it was.
    written = window.location.hash;
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function readParts() {
  const pairs = window.location.hash.slice(1).split('&').map((pair) => pair.split('='));
  return Object.fromEntries(pairs.map(([name, ...value]) => [name, value.join('=')]));
}

function applyView(text) {
  const [zoom, lat, lng] = text.split('/').map(Number);
  if ([zoom, lat, lng].every(Number.isFinite)) map.setView([lat, lng], zoom, { animate: false });
}

function readAddress() {
  if (window.location.hash === written) return;
  reading = true;
  const parts = readParts();
  const unasked = payload.basemap ? payload.base.map((base) => base.id) : [];
  const off = new Set('off' in parts ? parts.off.split(',').map(decoded) : unasked);
  for (const id of groupBoxes.keys()) if (isShown(id) === off.has(id)) switchGroup(id, !off.has(id));
  const wanted = featureOf(decoded(parts.sel || ''));
  for (const [name, part] of addressParts) part.read(decoded(parts[name] || ''));
  const row = judging && parts.row ? decoded(parts.row) : '';
  if (row) openRow(row, true);
  else if (wanted) select(wanted.ref, { from: 'address' });
  else deselect();
  if (parts.view) applyView(parts.view);
  else if (wanted) bringIntoView(wanted, 'address');
  reading = false;
}

function followAddress() {
  readAddress();
  reading = false;
  map.on('moveend', writeAddress);
  window.addEventListener('hashchange', readAddress);
}
