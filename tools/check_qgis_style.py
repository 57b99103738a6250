"""Open an exported GeoPackage in QGIS, load its own style, and draw it.

``/usr/bin/python3 tools/check_qgis_style.py FILE.gpkg IMAGE.png`` with a Python that has QGIS
(Debian: ``apt-get install python3-qgis qgis-providers``).  It fails unless QGIS takes the style
from the database, has a rule for every feature, and draws something.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SIZE = 1400, 1000


def main(path: str, image: str) -> int:
    """Check one file; 0 when the style was loaded and every feature has its rule."""
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    try:
        return check(path, image)
    finally:
        application.exitQgis()


def check(path: str, image: str) -> int:
    """Load every layer of ``path`` with its default style; draw them into ``image``."""
    from qgis.core import QgsProviderRegistry, QgsVectorLayer

    found = QgsProviderRegistry.instance().querySublayers(path)
    names = [one.name() for one in found if one.name() != "layer_styles"]
    layers = []
    for name in names:
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        words, loaded = layer.loadDefaultStyle()
        print(f"{name}: {layer.featureCount()} features, style loaded: {loaded} {words}")
        if not (layer.isValid() and loaded):
            return 1
        aliases = {f.name(): f.alias() for f in layer.fields()}
        print("aliases:", aliases)
        without = without_rule(layer)
        print(f"renderer: {layer.renderer().type()}, labels: {layer.labelsEnabled()}")
        print(f"features without a rule: {without}")
        if layer.renderer().type() != "RuleRenderer" or not layer.labelsEnabled() or without:
            return 1
        layers.append(layer)
    draw(layers, image)
    return 0


def without_rule(layer) -> list:  # type: ignore[no-untyped-def, type-arg]
    """Return the ids of features that only the last rule, for undeclared kinds, would draw."""
    from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextUtils

    rules = [r for r in layer.renderer().rootRule().children() if not r.isElse()]
    for rule in rules:
        print(f"  rule {rule.label()}: {rule.filterExpression()}, {rule.symbol().dump()[:60]!r}")
        assert not QgsExpression(rule.filterExpression()).hasParserError(), rule.filterExpression()
    labels = QgsExpression(layer.labeling().settings().fieldName)
    assert not labels.hasParserError(), labels.parserErrorString()
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    missed = []
    for feature in layer.getFeatures():
        context.setFeature(feature)
        if not any(QgsExpression(r.filterExpression()).evaluate(context) for r in rules):
            missed.append(feature["id"])
        text = labels.evaluate(context)
        assert not labels.hasEvalError(), labels.evalErrorString()
        print("  label:", repr(text))
    return missed


def draw(layers, image: str) -> None:  # type: ignore[no-untyped-def]
    """Draw the layers into a PNG file."""
    from qgis.core import QgsMapRendererParallelJob, QgsMapSettings
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor

    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[0].crs())
    settings.setBackgroundColor(QColor(255, 255, 255))
    settings.setOutputSize(QSize(*SIZE))
    settings.setOutputDpi(96)
    extent = layers[0].extent()
    extent.scale(1.1)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(image)
    print("drawn:", image)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
