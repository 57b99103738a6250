// The packed form undone: columns, rings and a grid to find them by.

let packed = null;

function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function inflated(bytes, size) {
  if (typeof window.DecompressionStream !== 'function') return inflate(bytes, size);
  const stream = new Blob([bytes]).stream().pipeThrough(new window.DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function varints(bytes, zigzag) {
  const values = new Float64Array(bytes.length);
  let [count, value, factor] = [0, 0, 1];
  for (let i = 0; i < bytes.length; i += 1) {
    value += (bytes[i] & 127) * factor;
    factor *= 128;
    if (bytes[i] < 128) {
      values[count] = zigzag ? (value % 2 ? -(value + 1) / 2 : value / 2) : value;
      count += 1;
      value = 0;
      factor = 1;
    }
  }
  return values.subarray(0, count);
}

function stringsOf(bytes, sizes) {
  const text = new TextDecoder().decode(bytes);
  let at = 0;
  return Array.from(sizes, (size) => {
    at += size;
    return text.slice(at - size, at);
  });
}

// Where each feature's rings and each ring's vertices begin; degrees; world pixels at zoom 0.
function unpackRings({ counts, steps }, { count, per_degree: perDegree }) {
  const ringStart = [];
  const firstRing = new Uint32Array(count + 1);
  const polygonStart = [];
  let [at, vertex] = [0, 0];
  for (let i = 0; i < count; i += 1) {
    firstRing[i] = ringStart.length;
    for (let parts = counts[at++]; parts > 0; parts -= 1) {
      polygonStart.push(ringStart.length);
      for (let rings = counts[at++]; rings > 0; rings -= 1) {
        ringStart.push(vertex);
        vertex += counts[at++];
      }
    }
  }
  firstRing[count] = ringStart.length;
  ringStart.push(vertex);
  const [lon, lat] = [new Float64Array(vertex), new Float64Array(vertex)];
  let [x, y] = [0, 0];
  for (let i = 0; i < vertex; i += 1) {
    x += steps[2 * i];
    y += steps[2 * i + 1];
    lon[i] = x / perDegree;
    lat[i] = y / perDegree;
  }
  return { firstRing, ringStart: Uint32Array.from(ringStart), polygonStart: new Set(polygonStart), lon, lat };
}

function ends(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function projectRings(rings, count) {
  const { crs } = map.options;
  const [x, y] = [new Float64Array(rings.lon.length), new Float64Array(rings.lon.length)];
  // Along x the projection is linear; along y knots and parabolas are as good as the projection
  // itself (64 stretches of the extent) and ten times as quick.
  const [low, high] = [Math.min(...ends(rings.lat)), Math.max(...ends(rings.lat))];
  const pixel = (lon, lat) => crs.latLngToPoint({ lat, lng: lon }, 0);
  const [x0, perDegree] = [pixel(0, low).x, pixel(1, low).x - pixel(0, low).x];
  const step = (high - low) / 64 || 1;
  const knots = Float64Array.from({ length: 131 }, (_, k) => pixel(0, low + k * step / 2).y);
  for (let i = 0; i < x.length; i += 1) {
    x[i] = x0 + rings.lon[i] * perDegree;
    const at = (rings.lat[i] - low) / step;
    const k = Math.min(64, Math.floor(at));
    const t = at - k;
    const [a, b, c] = [knots[2 * k], knots[2 * k + 1], knots[2 * k + 2]];
    y[i] = a + t * (4 * b - 3 * a - c + 2 * t * (a + c - 2 * b));
  }
  const box = new Float64Array(4 * count);
  for (let i = 0; i < count; i += 1) {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let v = rings.ringStart[rings.firstRing[i]]; v < rings.ringStart[rings.firstRing[i + 1]]; v += 1) {
      left = Math.min(left, x[v]);
      right = Math.max(right, x[v]);
      top = Math.min(top, y[v]);
      bottom = Math.max(bottom, y[v]);
    }
    box.set([left, top, right, bottom], 4 * i);
  }
  return { x, y, box };
}

// A grid of cells over everything; a feature stands in each cell that its box touches.
function gridOf(box, count) {
  const side = Math.max(1, Math.ceil(Math.sqrt(count / 3)));
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < count; i += 1) {
    left = Math.min(left, box[4 * i]);
    top = Math.min(top, box[4 * i + 1]);
    right = Math.max(right, box[4 * i + 2]);
    bottom = Math.max(bottom, box[4 * i + 3]);
  }
  const width = (right - left) / side || 1;
  const height = (bottom - top) / side || 1;
  const within = (value) => Math.min(side - 1, Math.max(0, Math.floor(value)));
  const cellsOf = (l, t, r, b) => [within((l - left) / width), within((t - top) / height),
    within((r - left) / width), within((b - top) / height)];
  const cells = Array.from({ length: side * side }, () => []);
  for (let i = 0; i < count; i += 1) {
    const [c0, r0, c1, r1] = cellsOf(box[4 * i], box[4 * i + 1], box[4 * i + 2], box[4 * i + 3]);
    for (let r = r0; r <= r1; r += 1) for (let c = c0; c <= c1; c += 1) cells[r * side + c].push(i);
  }
  // Every feature whose box touches the given one, each once, in the order of the file.
  return (l, t, r, b) => {
    const found = new Set();
    const [c0, r0, c1, r1] = cellsOf(l, t, r, b);
    for (let row = r0; row <= r1; row += 1) {
      for (let c = c0; c <= c1; c += 1) {
        for (const i of cells[row * side + c]) {
          if (box[4 * i] <= r && box[4 * i + 2] >= l && box[4 * i + 1] <= b && box[4 * i + 3] >= t) found.add(i);
        }
      }
    }
    return [...found].sort((a, b_) => a - b_);
  };
}

async function unpack() {
  const form = payload.packed;
  if (!form) return;
  const size = Object.values(form.sizes).reduce((sum, one) => sum + one, 0);
  const bytes = await inflated(bytesOf(form.data), size);
  const streams = {};
  let at = 0;
  for (const [name, length] of Object.entries(form.sizes)) {
    streams[name] = bytes.subarray(at, at + length);
    at += length;
  }
  const numbers = (name, zigzag) => varints(streams[name], zigzag);
  const rings = unpackRings({ counts: numbers('counts'), steps: numbers('steps', true) }, form);
  const plane = projectRings(rings, form.count);
  packed = { ...form, ...rings, ...plane, find: gridOf(plane.box, form.count),
    kind: numbers('kind'), basis: numbers('basis'), verdict: numbers('verdict'), detail: numbers('detail'),
    ellipsoidal: numbers('ellipsoidal'), planar: numbers('planar', true),
    refs: stringsOf(streams.refs, numbers('ref_sizes')), names: stringsOf(streams.names, numbers('name_sizes')),
    others: stringsOf(streams.others, numbers('other_sizes')), pinyin: new TextDecoder().decode(streams.pinyin) };
  packed.byRef = new Map(packed.refs.map((ref, i) => [ref, i]));
  form.data = '';
}

function packedGeometry(i) {
  const polygons = [];
  for (let r = packed.firstRing[i]; r < packed.firstRing[i + 1]; r += 1) {
    const ring = [];
    for (let v = packed.ringStart[r]; v < packed.ringStart[r + 1]; v += 1) ring.push([packed.lon[v], packed.lat[v]]);
    ring.push(ring[0]);
    if (packed.polygonStart.has(r)) polygons.push([]);
    polygons[polygons.length - 1].push(ring);
  }
  return { type: 'MultiPolygon', coordinates: polygons };
}

function packedArea(hundredths) {
  if (hundredths <= 0) return null;
  const area = (hundredths - 1) / 100;
  return { ha: fill(texts.hectares, { value: grouped(area / 1e4, 4) }), mu: fill(texts.mu, { value: grouped(area * 3 / 2000, 2) }),
    m2: fill(texts.square_metres, { value: grouped(area, 2) }) };
}

// A feature as a card, a list and the selection know it, made when it is asked for.
function packedFeature(i) {
  const basis = packed.bases[packed.basis[i]];
  const ellipsoidal = packedArea(packed.ellipsoidal[i]);
  return { ...packed.details[packed.detail[i]], ...basis, ref: packed.refs[i], id: packed.refs[i], name: packed.names[i], other_name: packed.others[i],
    kind: packed.kinds[packed.kind[i]], worst: packed.verdicts[packed.verdict[i]], geometry: packedGeometry(i), packed: i,
    area: ellipsoidal && { ellipsoidal, planar: packedArea(packed.ellipsoidal[i] + packed.planar[i]) },
    tag: packedTag(i, basis), placeholder: false, symbol: false };
}

// As the label of a plain feature: hectares to two places, and the word for what is no survey.
function packedTag(i, basis) {
  if (packed.ellipsoidal[i] <= 0) return '';
  const area = fill(texts.hectares, { value: grouped((packed.ellipsoidal[i] - 1) / 1e6, 2) });
  return basis.basis === 'schematic' ? fill(texts.area_and_basis, { area, basis: basisOf('schematic').label }) : area;
}

function basisOf(id) {
  return payload.bases.find((basis) => basis.id === id);
}
