// Packed features on canvas tiles: only what a tile shows is drawn, only what is under the pointer asked.

const TINY = 2.5;
const SMALL = 7;
// Three ink pixels to a CSS pixel: 288 to the inch.
const PAPER_RATIO = 3;
let canvasLayer = null;
let canvasTip = null;
let paperCanvas = null;

function canvasFill(context, style) {
  const sample = document.createElement('canvas');
  sample.width = 8;
  sample.height = 8;
  const pen = sample.getContext('2d');
  pen.globalAlpha = style.opacity;
  pen.fillStyle = style.colour;
  pen.fillRect(0, 0, 8, 8);
  pen.globalAlpha = 0.45;
  pen.strokeStyle = darker(style.colour, 0.45);
  pen.fillStyle = pen.strokeStyle;
  pen.lineWidth = 1.3;
  if (style.basis === 'schematic') pen.stroke(new Path2D(style.group.angle > 0 ? 'M-2 2l4-4M0 8L8 0M6 10l4-4' : 'M-2 6l4 4M0 0l8 8M6-2l4 4'));
  if (style.basis === 'digitized') pen.fillRect(3, 3, 1.6, 1.6);
  return context.createPattern(sample, 'repeat');
}

// The same looks as styleOf in patterns.js: a verdict, mere context, or land use.
function canvasStyle(i) {
  const group = payload.groups.find((one) => one.id === packed.kinds[packed.kind[i]]);
  const { basis } = packed.bases[packed.basis[i]];
  const shared = { group, basis, dash: DASHES[basis] ? DASHES[basis].split(' ').map(Number) : [] };
  if (judging) {
    const { colour } = verdictOf(packed.verdicts[packed.verdict[i]]);
    return { ...shared, colour, line: colour, opacity: 0.55 };
  }
  if (group.context) return { ...shared, basis: '', colour: '#ffffff', line: '#5f6670', opacity: 0.35 };
  return { ...shared, colour: group.colour, line: group.outline, opacity: group.light ? 0.2 : 0.8 };
}

function canvasStyles() {
  const styles = new Map();
  return (i) => {
    const key = `${packed.kind[i]}/${packed.basis[i]}/${judging ? packed.verdict[i] : ''}`;
    if (!styles.has(key)) styles.set(key, canvasStyle(i));
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
  context.fillStyle = canvasFill(context, style);
  context.beginPath();
  for (const i of large) tracePolygon(context, i, scale, left, top);
  context.fill('nonzero');
  context.fillStyle = style.colour;
  context.globalAlpha = style.opacity;
  for (const i of tiny) context.fillRect(packed.box[4 * i] * scale - left, packed.box[4 * i + 1] * scale - top, 1.5, 1.5);
  context.globalAlpha = 1;
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

function shownIn(left, top, right, bottom) {
  return packed.find(left, top, right, bottom).filter((i) => isShown(packed.kinds[packed.kind[i]]));
}

// Paints what lies in a frame of world pixels at a zoom, with more ink pixels to each where asked.
function paintFrame(canvas, { left, top, width, height }, zoom, ratio) {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  const scale = 2 ** zoom;
  const pad = 3 / scale;
  const found = shownIn(left / scale - pad, top / scale - pad, (left + width) / scale + pad, (top + height) / scale + pad);
  const groups = new Map();
  for (const i of found) {
    const style = packed.styleOf(i);
    if (!groups.has(style)) groups.set(style, []);
    groups.get(style).push(i);
  }
  for (const [style, members] of groups) paintGroup(context, style, members, scale, left, top);
}

const CanvasTiles = L.GridLayer.extend({
  createTile(coords) {
    const canvas = document.createElement('canvas');
    const size = this.getTileSize();
    const frame = { left: coords.x * size.x, top: coords.y * size.y, width: size.x, height: size.y };
    paintFrame(canvas, frame, coords.z, Math.min(2, window.devicePixelRatio || 1));
    return canvas;
  },
});

// Where the level line at y crosses the rings of a feature, from left to right.
function crossings(i, y) {
  const found = [];
  for (let r = packed.firstRing[i]; r < packed.firstRing[i + 1]; r += 1) {
    const [start, end] = [packed.ringStart[r], packed.ringStart[r + 1]];
    for (let v = start, w = end - 1; v < end; w = v, v += 1) {
      if ((packed.y[v] > y) !== (packed.y[w] > y)) {
        found.push(packed.x[v] + (packed.x[w] - packed.x[v]) * (y - packed.y[v]) / (packed.y[w] - packed.y[v]));
      }
    }
  }
  return found.sort((a, b) => a - b);
}

// The uppermost packed feature at a place, or -1: an odd number of crossings lies to its right.
function packedAt(latLng) {
  const { x, y } = map.options.crs.latLngToPoint(latLng, 0);
  const inside = (i) => crossings(i, y).filter((crossing) => x < crossing).length % 2 === 1;
  return shownIn(x, y, x, y).reverse().find(inside) ?? -1;
}

function onPackedMove(event) {
  const at = isMeasuring() ? -1 : packedAt(event.latlng);
  if (at >= 0 && at !== packed.hovered) canvasTip.setContent(hoverText(packedFeature(at)));
  packed.hovered = at;
  mapNode.classList.toggle('over-plot', at >= 0);
  if (at < 0) canvasTip.remove();
  else canvasTip.setLatLng(event.latlng).addTo(map);
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

// What is drawn while the browser prints, Chromium puts on paper 1.5 % too small; a finished picture
// of it is not redrawn.
function finished(canvas) {
  if (!canvas.transferToImageBitmap) return canvas;
  const picture = el('canvas', { width: canvas.width, height: canvas.height });
  picture.getContext('bitmaprenderer').transferFromImageBitmap(canvas.transferToImageBitmap());
  return picture;
}

// Tiles come when they are ready; a sheet of paper cannot wait, and wants finer ink.
function paintForPaper() {
  if (!packed) return;
  const { min } = map.getPixelBounds();
  const size = map.getSize();
  const canvas = window.OffscreenCanvas ? new window.OffscreenCanvas(1, 1) : el('canvas');
  paintFrame(canvas, { left: min.x, top: min.y, width: size.x, height: size.y }, map.getZoom(), PAPER_RATIO);
  paperCanvas = finished(canvas);
  paperCanvas.classList.add('paper-canvas');
  paperCanvas.style.setProperty('width', `${size.x}px`);
  paperCanvas.style.setProperty('height', `${size.y}px`);
  L.DomUtil.setPosition(paperCanvas, map.containerPointToLayerPoint([0, 0]));
  map.getPane('packed').append(paperCanvas);
}

function clearPaper() {
  if (paperCanvas) paperCanvas.remove();
  paperCanvas = null;
}

function redrawPacked() {
  if (canvasLayer) canvasLayer.redraw();
}
