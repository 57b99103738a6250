"""The areas of a file, and the areas that it states held against them.

``stored_areas`` reads files whole; ``batched`` takes those that are too large part by part, and
``partitions`` takes partitioned ones on dask.  ``judgement`` says for all of them what agrees.
"""
