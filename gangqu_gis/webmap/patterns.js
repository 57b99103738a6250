// Fill, hatching and dashes: the land use gives the fill, the kind the outline, the basis the texture.

const DASHES = { surveyed: null, digitized: '12 4 2 4', schematic: '7 5' };
const PLACEHOLDER = { outline: '#68717d', back: '#e4e6ea', line: '#9aa2ae', dash: '1.5 6' };
const patternHost = shape('svg', { width: 0, height: 0, class: 'defs', 'aria-hidden': 'true' });
const patternDefs = shape('defs', {});

function darker(colour, share) {
  const parts = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return `rgb(${parts.map((part) => Math.round(part * (1 - share))).join(',')})`;
}

function addPattern(id, size, angle, content) {
  patternDefs.append(shape('pattern', { id, width: size, height: size, patternUnits: 'userSpaceOnUse',
    patternTransform: `rotate(${angle})` }, ...content));
}

function texture(basis, { colour, light, outline }) {
  const back = shape('rect', { width: 20, height: 20, fill: colour, 'fill-opacity': light ? 0.2 : judging ? 0.55 : 0.8 });
  const ink = light ? { stroke: outline, 'stroke-opacity': 0.17 } : { stroke: darker(colour, 0.45), 'stroke-opacity': 0.5 };
  if (basis === 'schematic') return [back, shape('path', { d: 'M0 0V20', 'stroke-width': light ? 2.2 : 1.6, ...ink })];
  if (basis === 'digitized') return [back, shape('path', { d: 'M3 3h1.6', 'stroke-width': 1.6, ...ink })];
  return [back];
}

function patternId(group, basis) {
  return `fill-${payload.groups.indexOf(group)}-${basis}`;
}

// On the page of verdicts the fill is the verdict's colour; the texture stays that of the basis.
function verdictStyle(verdict, basis, light) {
  return { color: verdict.colour, weight: light ? 2.4 : 2, dashArray: DASHES[basis], lineCap: 'butt',
    fillColor: `url(#verdict-${verdict.id}-${basis}-${light ? 'light' : 'full'})`, fillOpacity: 1, opacity: 1 };
}

function makeVerdictPatterns() {
  for (const verdict of payload.verdicts) {
    for (const basis of Object.keys(DASHES)) {
      for (const light of [true, false]) {
        const look = { colour: verdict.colour, light, outline: verdict.colour };
        const size = basis === 'schematic' && light ? 12 : 7;
        addPattern(`verdict-${verdict.id}-${basis}-${light ? 'light' : 'full'}`, size, 45, texture(basis, look));
      }
    }
  }
}

function makePatterns() {
  if (judging) makeVerdictPatterns();
  for (const group of payload.groups) {
    for (const basis of Object.keys(DASHES)) {
      const size = basis === 'schematic' && group.light ? 12 : 7;
      addPattern(patternId(group, basis), size, group.angle, texture(basis, group));
    }
  }
  addPattern('fill-placeholder', 12, 45, [
    shape('rect', { width: 12, height: 12, fill: PLACEHOLDER.back, 'fill-opacity': 0.75 }),
    shape('path', { d: 'M0 0V12M0 0H12', stroke: PLACEHOLDER.line, 'stroke-width': 1.2 }),
  ]);
  patternHost.append(patternDefs);
  document.body.append(patternHost);
}

function groupOf(feature) {
  return payload.groups.find((group) => group.id === feature.kind);
}

function styleOf(feature) {
  const group = groupOf(feature);
  if (feature.placeholder) {
    return { color: PLACEHOLDER.outline, weight: 2.5, dashArray: PLACEHOLDER.dash, lineCap: 'round',
      fillColor: 'url(#fill-placeholder)', fillOpacity: 1, opacity: 1 };
  }
  const verdict = judging && feature.checks ? worstVerdict(feature) : null;
  if (verdict) return verdictStyle(verdictOf(verdict), feature.basis, group.light);
  if (group.context) {
    return { color: '#5f6670', weight: 1.4, dashArray: DASHES[feature.basis], lineCap: 'butt',
      fillColor: '#ffffff', fillOpacity: 0.35, opacity: 1 };
  }
  return { color: group.outline, weight: group.light ? 2.4 : 2, dashArray: DASHES[feature.basis],
    lineCap: 'butt', fillColor: `url(#${patternId(group, feature.basis)})`, fillOpacity: 1, opacity: 1 };
}

// A sample of a style for the legend, in the same fill, dashes and outline as on the map.
function swatch(style) {
  return shape('svg', { viewBox: '0 0 30 20', class: 'swatch', 'aria-hidden': 'true', focusable: 'false' },
    shape('rect', { x: 1.5, y: 1.5, width: 27, height: 17, rx: 1.5, fill: style.fillColor,
      stroke: style.color, 'stroke-width': style.weight, 'stroke-linecap': style.lineCap || 'butt',
      'stroke-dasharray': style.dashArray || 'none' }));
}

function groupSwatch(group) {
  const basis = group.bases.includes('schematic') || !group.bases.length ? 'schematic' : group.bases[0];
  return swatch(styleOf({ kind: group.id, basis, placeholder: false }));
}
