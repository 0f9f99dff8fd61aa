"""Read Shapefile, GeoPackage, KML, CSV and other foreign files, each in a locked process.

`run` starts that process, `formats` lists the formats.

Add a format
------------
A format of GDAL is one row of `formats.FORMATS`: the name that readers see, GDAL's short name
of its one driver, the ending under which the file is laid down, how its first bytes look, and
the open options that a caller may give. Then `run.read_layers` lists and reads it:

``read_layers(row, {"layer.fgb": copy_at(path)}, Wanted(layers="polygons", count=True))``

Several files of one format (the parts of a Shapefile) are several entries of that mapping;
names with ``/`` lay down a folder (``"layer.gdb/a00000001.gdbtable"``), whose name ends as the
format says. What has to be looked at before the driver sees the file (declarations of an XML
file, the tables of a database) is a function of `checks`, named in the row. How an upload
becomes one layer is a function in `geo.uploads.formats.READERS`.

What runs where
---------------
``run`` and ``formats`` run in the page or command. ``reader``, ``lock``, ``checks``,
``gdal_layers``, ``json_layers``, ``table_layers`` and ``osm_elements`` run in the process that
reads, which starts `reader.py` by its path: they import the standard library, NumPy, pyogrio or
Shapely, and nothing heavier. So the `__init__` of `geo` and this one must stay without imports.
Such a start takes about 0.2 s, because pandas, pyarrow, geopandas and pyproj, which ``import
pyogrio`` would bring (0.6 to 1.3 s), are kept out; no process is kept waiting.

What holds
----------
Everywhere (Linux, macOS, Windows): one driver is registered, which `lock` asserts; the
environment is empty but for settings of our own; the process lies in an empty folder of its
own that is gone afterwards; it is ended after a time; its answer is plain columns and WKB,
never pickled, and at most so many bytes.

With the module `resource` (Linux, macOS): time of the processor, open files, size of files
written, no core dump. The limit of memory holds on Linux only.

On Linux (x86-64, aarch64), by seccomp: no socket, no other program, no second process, no
signal to or look into another one. With Landlock (Linux 5.13 and later, where it is turned
on): no file outside its folder but those of Python and of the libraries it has loaded,
which hold GDAL's and PROJ's tables. Without Landlock a file
elsewhere is not opened by any driver, but a driver broken into could open it.

On Windows and macOS a driver broken into has the rights of the user.
"""
