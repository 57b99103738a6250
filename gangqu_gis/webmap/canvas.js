// Packed features on canvas tiles: only what a tile shows is drawn, only what is under the pointer asked.

const TINY = 2.5;
const SMALL = 7;
let canvasLayer = null;
let canvasTip = null;

function canvasFill(context, style, group) {
  const sample = document.createElement('canvas');
  sample.width = 8;
  sample.height = 8;
  const pen = sample.getContext('2d');
  pen.globalAlpha = judging ? 0.55 : group.light ? 0.2 : 0.8;
  pen.fillStyle = style.colour;
  pen.fillRect(0, 0, 8, 8);
  if (style.basis === 'schematic') {
    pen.globalAlpha = 0.45;
    pen.strokeStyle = darker(style.colour, 0.45);
    pen.lineWidth = 1.3;
    pen.stroke(new Path2D(group.angle > 0 ? 'M-2 2l4-4M0 8L8 0M6 10l4-4' : 'M-2 6l4 4M0 0l8 8M6-2l4 4'));
  }
  return context.createPattern(sample, 'repeat');
}

function canvasStyles() {
  const styles = new Map();
  return (i) => {
    const key = judging ? `${packed.verdict[i]}/${packed.basis[i]}` : `${packed.kind[i]}/${packed.basis[i]}`;
    if (!styles.has(key)) {
      const group = payload.groups.find((one) => one.id === packed.kinds[packed.kind[i]]);
      const verdict = judging ? verdictOf(packed.verdicts[packed.verdict[i]]) : null;
      const { basis } = packed.bases[packed.basis[i]];
      styles.set(key, { group, basis, colour: verdict ? verdict.colour : group.colour,
        line: verdict ? verdict.colour : group.outline, dash: DASHES[basis] ? DASHES[basis].split(' ').map(Number) : [] });
    }
    return styles.get(key);
  };
}

function tracePolygon(context, i, scale, left, top) {
  for (let r = packed.firstRing[i]; r < packed.firstRing[i + 1]; r += 1) {
    const start = packed.ringStart[r];
    context.moveTo(packed.x[start] * scale - left, packed.y[start] * scale - top);
    for (let v = start + 1; v < packed.ringStart[r + 1]; v += 1) {
      context.lineTo(packed.x[v] * scale - left, packed.y[v] * scale - top);
    }
    context.closePath();
  }
}

function boxSize(i, scale) {
  return Math.max(packed.box[4 * i + 2] - packed.box[4 * i], packed.box[4 * i + 3] - packed.box[4 * i + 1]) * scale;
}

function paintGroup(context, style, members, scale, left, top) {
  const large = [];
  const tiny = [];
  for (const i of members) (boxSize(i, scale) < TINY ? tiny : large).push(i);
  context.fillStyle = canvasFill(context, style, style.group);
  context.beginPath();
  for (const i of large) tracePolygon(context, i, scale, left, top);
  context.fill('nonzero');
  context.fillStyle = style.colour;
  for (const i of tiny) context.fillRect(packed.box[4 * i] * scale - left, packed.box[4 * i + 1] * scale - top, 1.5, 1.5);
  const lined = large.filter((i) => boxSize(i, scale) >= SMALL);
  if (!lined.length) return;
  context.beginPath();
  for (const i of lined) tracePolygon(context, i, scale, left, top);
  context.strokeStyle = style.line;
  const roomy = boxSize(lined[0], scale) > 24;
  context.lineWidth = roomy ? 1.6 : 0.8;
  context.setLineDash(roomy ? style.dash : []);
  context.stroke();
}

// Names only where they fit into their own parcel, so that they touch no other.
function paintNames(context, members, scale, left, top) {
  context.font = `600 12px ${window.getComputedStyle(document.body).fontFamily}`;
  context.textAlign = 'center';
  context.lineWidth = 3;
  context.strokeStyle = '#ffffff';
  context.fillStyle = '#1b2530';
  context.setLineDash([]);
  for (const i of members) {
    const [l, t, r, b] = packed.box.subarray(4 * i, 4 * i + 4);
    if ((r - l) * scale < 60 || (b - t) * scale < 34) continue;
    const area = packed.ellipsoidal[i] > 0 ? fill(texts.hectares, { value: grouped((packed.ellipsoidal[i] - 1) / 1e6, 2) }) : '';
    const lines = [packed.names[i], area].filter((line) => line && line.length < 40 && context.measureText(line).width < (r - l) * scale - 6);
    lines.forEach((line, k) => {
      const [x, y] = [(l + r) / 2 * scale - left, (t + b) / 2 * scale - top + k * 15 - (lines.length - 1) * 7 + 4];
      context.strokeText(line, x, y);
      context.fillText(line, x, y);
    });
  }
}

function paintTile(canvas, coords, size) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  canvas.width = size.x * ratio;
  canvas.height = size.y * ratio;
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  const scale = 2 ** coords.z;
  const [left, top] = [coords.x * size.x, coords.y * size.y];
  const pad = 3 / scale;
  const found = packed.find(left / scale - pad, top / scale - pad, (left + size.x) / scale + pad, (top + size.y) / scale + pad)
    .filter((i) => isShown(packed.kinds[packed.kind[i]]));
  const groups = new Map();
  for (const i of found) {
    const style = packed.styleOf(i);
    if (!groups.has(style)) groups.set(style, []);
    groups.get(style).push(i);
  }
  for (const [style, members] of groups) paintGroup(context, style, members, scale, left, top);
  paintNames(context, found, scale, left, top);
}

const CanvasTiles = L.GridLayer.extend({
  createTile(coords) {
    const canvas = document.createElement('canvas');
    paintTile(canvas, coords, this.getTileSize());
    return canvas;
  },
});

// The uppermost packed feature at a place, or -1.
function packedAt(latLng) {
  const { x, y } = map.options.crs.latLngToPoint(latLng, 0);
  const found = packed.find(x, y, x, y).filter((i) => isShown(packed.kinds[packed.kind[i]]));
  for (const i of found.reverse()) {
    let inside = false;
    for (let r = packed.firstRing[i]; r < packed.firstRing[i + 1]; r += 1) {
      const [start, end] = [packed.ringStart[r], packed.ringStart[r + 1]];
      for (let v = start, w = end - 1; v < end; w = v, v += 1) {
        if ((packed.y[v] > y) !== (packed.y[w] > y)
          && x < packed.x[v] + (packed.x[w] - packed.x[v]) * (y - packed.y[v]) / (packed.y[w] - packed.y[v])) inside = !inside;
      }
    }
    if (inside) return i;
  }
  return -1;
}

function onPackedMove(event) {
  const at = isMeasuring() ? -1 : packedAt(event.latlng);
  mapNode.classList.toggle('over-plot', at >= 0);
  if (at < 0) canvasTip.remove();
  else canvasTip.setLatLng(event.latlng).setContent(hoverText(packedFeature(at))).addTo(map);
}

function drawPacked() {
  if (!packed) return;
  packed.styleOf = canvasStyles();
  canvasTip = L.tooltip({ direction: 'top', opacity: 1, offset: [0, -8] });
  map.createPane('packed').style.setProperty('z-index', '325');
  canvasLayer = new CanvasTiles({ pane: 'packed', tileSize: 512, minZoom: 0, maxZoom: 19, keepBuffer: 1, updateWhenZooming: false });
  canvasLayer.once('load', () => { document.documentElement.dataset.painted = String(Math.round(performance.now())); });
  canvasLayer.addTo(map);
  map.on('mousemove', onPackedMove);
}

function redrawPacked() {
  if (canvasLayer) canvasLayer.redraw();
}
