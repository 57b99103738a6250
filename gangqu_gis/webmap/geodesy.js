// Lengths and areas on the ellipsoid, as the engine takes them: edges straight in the workspace's
// plane (transverse Mercator), area by the authalic integral of q over longitude.

const RADIAN = Math.PI / 180;
// Longest piece of an edge, metres, that is taken as one parabola (as in the engine).
const LONGEST_PIECE = 500;

// Transverse Mercator by Krueger's series in the third flattening, to its fourth power.
function transverseMercator({ a, b }, { lat0, lon0, k0, x0, y0 }) {
  const n = (a - b) / (a + b);
  const e = Math.sqrt(1 - (b / a) ** 2);
  const radius = k0 * (a / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const alpha = [n / 2 - 2 * n ** 2 / 3 + 5 * n ** 3 / 16 + 41 * n ** 4 / 180,
    13 * n ** 2 / 48 - 3 * n ** 3 / 5 + 557 * n ** 4 / 1440,
    61 * n ** 3 / 240 - 103 * n ** 4 / 140, 49561 * n ** 4 / 161280];
  const beta = [n / 2 - 2 * n ** 2 / 3 + 37 * n ** 3 / 96 - n ** 4 / 360,
    n ** 2 / 48 + n ** 3 / 15 - 437 * n ** 4 / 1440,
    17 * n ** 3 / 480 - 37 * n ** 4 / 840, 4397 * n ** 4 / 161280];
  const conformal = (phi) => Math.sinh(Math.asinh(Math.tan(phi)) - e * Math.atanh(e * Math.sin(phi)));
  const sums = (terms, xi, eta) => terms.reduce(([x, y], term, i) => {
    const m = 2 * (i + 1);
    return [x + term * Math.sin(m * xi) * Math.cosh(m * eta), y + term * Math.cos(m * xi) * Math.sinh(m * eta)];
  }, [0, 0]);
  function raw(lon, lat) {
    const t = conformal(lat * RADIAN);
    const l = (lon - lon0) * RADIAN;
    const xi = Math.atan2(t, Math.cos(l));
    const eta = Math.asinh(Math.sin(l) / Math.hypot(t, Math.cos(l)));
    const [dx, dy] = sums(alpha, xi, eta);
    return [radius * (eta + dy), radius * (xi + dx)];
  }
  const foot = raw(lon0, lat0)[1];
  // The latitude whose conformal tangent is t, by Newton's method.
  function latitude(t) {
    let tan = t;
    for (let i = 0; i < 6; i += 1) {
      const phi = Math.atan(tan);
      const step = (t - conformal(phi)) / Math.hypot(1, conformal(phi))
        * (1 + (1 - e * e) * tan * tan) / ((1 - e * e) * Math.hypot(1, tan));
      tan += step;
      if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(tan))) break;
    }
    return Math.atan(tan);
  }
  return {
    forward([lon, lat]) {
      const [x, y] = raw(lon, lat);
      return [x + x0, y - foot + y0];
    },
    inverse([x, y]) {
      const xi = (y - y0 + foot) / radius;
      const eta = (x - x0) / radius;
      const [dx, dy] = sums(beta, xi, eta);
      const [u, v] = [xi - dx, eta - dy];
      const t = Math.sin(u) / Math.hypot(Math.sinh(v), Math.cos(u));
      return [lon0 + Math.atan2(Math.sinh(v), Math.cos(u)) / RADIAN, latitude(t) / RADIAN];
    },
  };
}

// A plane around the figure itself stands in for one that is no transverse Mercator: its straight
// lines are geodesics as far as a centimetre shows.
function planeOf(plane, [lon, lat]) {
  return transverseMercator(plane, plane.projection || { lat0: lat, lon0: lon, k0: 1, x0: 0, y0: 0 });
}

// q in square metres a radian of longitude (Snyder 3-12).
function areaFunction({ a, b }, phi) {
  const e = Math.sqrt(1 - (b / a) ** 2);
  const s = Math.sin(phi);
  return b * b / 2 * (s / (1 - (e * s) ** 2) + Math.atanh(e * s) / e);
}

// The integral of q over longitude along the parabola through three points.
function parabola([l0, q0], [l1, q1], [l2, q2]) {
  const [a, b] = [4 * l1 - 3 * l0 - l2, 2 * (l0 + l2 - 2 * l1)];
  const [c, d] = [4 * q1 - 3 * q0 - q2, 2 * (q0 + q2 - 2 * q1)];
  return q0 * (a + b) + a * c / 2 + a * d / 3 + 2 * b * c / 3 + b * d / 2;
}

// Square metres of the ring through points [lon, lat]; it is closed here.
function ellipsoidalArea(plane, points) {
  if (points.length < 3) return 0;
  const projection = planeOf(plane, points[0]);
  const corners = points.map(projection.forward);
  const lonOrigin = points[0][0];
  const qOrigin = areaFunction(plane, points[0][1] * RADIAN);
  const at = (point) => {
    const [lon, lat] = projection.inverse(point);
    return [(lon - lonOrigin) * RADIAN, areaFunction(plane, lat * RADIAN) - qOrigin];
  };
  let area = 0;
  corners.forEach(([x0, y0], i) => {
    const [x1, y1] = corners[(i + 1) % corners.length];
    const count = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / LONGEST_PIECE));
    const along = (share) => at([x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]);
    for (let k = 0; k < count; k += 1) {
      area += parabola(along(k / count), along((k + 0.5) / count), along((k + 1) / count));
    }
  });
  return Math.abs(area);
}

// Metres between two points [lon, lat] on the ellipsoid (Vincenty's inverse formula).
function ellipsoidalDistance({ a, b }, [lon1, lat1], [lon2, lat2]) {
  const f = (a - b) / a;
  const [u1, u2] = [lat1, lat2].map((lat) => Math.atan((1 - f) * Math.tan(lat * RADIAN)));
  const l = (lon2 - lon1) * RADIAN;
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = l;
  for (let i = 0; i < 100; i += 1) {
    const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)];
    const sin = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    if (sin === 0) return 0;
    const cos = s1 * s2 + c1 * c2 * cl;
    const sigma = Math.atan2(sin, cos);
    const sa = c1 * c2 * sl / sin;
    const ca2 = 1 - sa * sa;
    const cm = ca2 ? cos - 2 * s1 * s2 / ca2 : 0;
    const c = f / 16 * ca2 * (4 + f * (4 - 3 * ca2));
    const next = l + (1 - c) * f * sa * (sigma + c * sin * (cm + c * cos * (2 * cm * cm - 1)));
    const done = Math.abs(next - lambda) < 1e-13;
    lambda = next;
    if (!done) continue;
    const w = ca2 * (a * a - b * b) / (b * b);
    const big = 1 + w / 16384 * (4096 + w * (-768 + w * (320 - 175 * w)));
    const small = w / 1024 * (256 + w * (-128 + w * (74 - 47 * w)));
    const turn = small * sin * (cm + small / 4 * (cos * (2 * cm * cm - 1)
      - small / 6 * cm * (4 * sin * sin - 3) * (4 * cm * cm - 3)));
    return b * big * (sigma - turn);
  }
  return NaN;
}

// Metres along an edge that is straight in the plane: its pieces are all but geodesics.
function lengthOf(plane, points, closed) {
  const ends = closed ? [...points, points[0]] : points;
  let metres = 0;
  for (let i = 1; i < ends.length; i += 1) metres += ellipsoidalDistance(plane, ends[i - 1], ends[i]);
  return metres;
}
