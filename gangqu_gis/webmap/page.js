// Puts the page together, in the order in which the parts need one another.

async function start() {
  if (payload.packed) await unpack();
  makePatterns();
  makeCard();
  makePanel();
  makeSheet();
  prepareMap();
  makeRuler();
  drawTiles();
  drawBase();
  drawPlots();
  drawPacked();
  makeLabels();
  drawLabels();
  followAddress();
  narrow.addEventListener('change', () => {
    fitFrame();
    drawLabels();
  });
  // Tells tests and print tools that everything stands.
  document.documentElement.dataset.ready = 'true';
}

start();
