"""``python -m gangqu_gis``: the same as ``gangqu``."""

from gangqu_gis.cli import main

if __name__ == "__main__":
    main()
