"""Coordinate tables and boundary points in the ways that surveyors, offices and programs write."""

import io

import openpyxl
import pytest
import shapely

from geo.errors import DataFileError
from geo.uploads.files import read_upload

pytestmark = pytest.mark.usefixtures("quick_readers")

# Squares of 1,000 and 500 m in CGCS2000 belt 39, and one in degrees for each.
FIRST = shapely.box(39_516_000, 4_329_000, 39_517_000, 4_330_000)
SECOND = shapely.box(39_518_000, 4_329_000, 39_518_500, 4_329_500)
HOLE = shapely.box(39_516_200, 4_329_200, 39_516_400, 4_329_400)
BOTH = {"甲片区": FIRST, "乙片区": SECOND}
DEGREES = {
    "甲片区": shapely.box(117.19, 39.1, 117.2, 39.11),
    "乙片区": shapely.box(117, 39, 118, 40),
}

HEAD = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
计量单位=米
带号=39
[地块坐标]"""


def codes(upload):
    return [issue.code for issue in upload.issues]


def areas(upload):
    return [round(shape.area, 6) for shape in upload.layer.geometry]


def points(corner="J{k},{r},{y},{x}", parcel="{n},{a},{k},{name},面,,,,@", shapes=None, head=HEAD):
    """Return a file of boundary points; each shape closes with its first corner."""
    lines = [head] if head else []
    for k, (name, shape) in enumerate((shapes or BOTH).items(), start=1):
        rings = [shape.exterior, *shape.interiors]
        count = sum(len(ring.coords) for ring in rings)
        lines.append(parcel.format(n=count, a=shape.area / 1e4, k=k, name=name))
        for r, ring in enumerate(rings, start=1):
            lines += [
                corner.format(k=p % (len(ring.coords) - 1) + 1, r=r, x=x, y=y)
                for p, (x, y) in enumerate(ring.coords)
            ]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        points("J{k}\t{r}\t{y}\t{x}", "{n}\t{a}\t{k}\t{name}\t面\t\t\t\t@"),
        points("J{k}  {r}  {y}  {x}"),
        points(parcel="{n},{a},{k},{name},面,,,,"),
        points("J{k},{y},{x}"),
        points("J{k},{y},{x},3.25"),
        points("J{k},{r},{y},{x},3.25"),
        points(head=""),
        points(head=HEAD.replace("=", " ＝ ").replace("[", "［").replace("]", "］")),
        "# 由某软件导出\n" + points() + "\n// end\n",
    ],
)
def test_boundary_points_are_read_in_every_dialect(text):
    upload = read_upload("b.txt", text.encode("gbk"))
    assert areas(upload) == [1_000_000, 250_000]
    assert upload.layer["地块名称"].tolist() == ["甲片区", "乙片区"]
    assert set(codes(upload)) <= {"crs-not-said", "points-passed-over", "encoding"}


def test_lines_that_belong_to_no_parcel_are_told():
    upload = read_upload("b.txt", ("# 由某软件导出\n" + points()).encode("gbk"))
    assert codes(upload) == ["points-passed-over"]
    assert "由某软件导出" in upload.issues[0].sentence("zh")


def test_a_parcel_that_announces_more_corners_than_it_has_is_told():
    upload = read_upload("b.txt", points().replace("\n5,100.0,1,", "\n9,100.0,1,").encode("gbk"))
    assert codes(upload) == ["points-count"]
    assert "9 个界址点，读到 5 个" in upload.issues[0].sentence("zh")


def test_a_belt_in_the_head_that_the_eastings_deny_is_told():
    upload = read_upload("b.txt", points(head=HEAD.replace("39", "40")).encode("gbk"))
    assert upload.layer.crs == "EPSG:4527"
    assert codes(upload) == ["points-belt"]


def test_degrees_of_boundary_points_are_not_said_to_be_metres():
    head = HEAD.replace("=米", "=度")
    upload = read_upload("b.txt", points(shapes=DEGREES, head=head).encode("gbk"))
    assert codes(upload) == ["crs-not-said"]
    assert areas(upload) == [0.0001, 1.0]


WIDE = str.maketrans(".0123456789", "．０１２３４５６７８９")


def dms(value, signs="°′″"):
    seconds = round(value * 3600)
    figures = seconds // 3600, seconds // 60 % 60, seconds % 60
    return "".join(f"{f:02d}{sign}" for f, sign in zip(figures, signs, strict=False))


def rows(shapes, written=str, name=True):
    return [
        ([label] if name else []) + [f"J{k}", written(x), written(y)]
        for label, shape in shapes.items()
        for k, (x, y) in enumerate(shape.exterior.coords[:-1], start=1)
    ]


def table(head, lines, sign=","):
    return "\n".join([head, *(sign.join(line) for line in lines)]).encode()


@pytest.mark.parametrize(
    "data",
    [
        table("名称,点号,经度,纬度", rows(DEGREES, lambda v: dms(v, "   "))),
        table("名称,点号,经度,纬度", rows(DEGREES, lambda v: dms(v, "-- "))),
        table("名称,点号,经度,纬度", rows(DEGREES, lambda v: dms(v, "度分秒"))),
        table("名称,点号,经度,纬度", rows(DEGREES, lambda v: dms(v, "°'\""))),
        table(
            "名称,点号,经度,纬度",
            rows(
                DEGREES,
                lambda v: str(v).translate(str.maketrans(".0123456789", "．０１２３４５６７８９")),
            ),
        ),
        table("名称,点号,经度(°),纬度(°)", rows(DEGREES)),
        table("名称 点号 经度 纬度", rows(DEGREES), " "),
        table("名称,点号,经纬度", [[n, k, f'"{x},{y}"'] for n, k, x, y in rows(DEGREES)]),
        table("名称,点号,坐标", [[n, k, f"({x}；{y})"] for n, k, x, y in rows(DEGREES)]),
    ],
)
def test_positions_are_read_however_they_are_written(data):
    upload = read_upload("c.csv", data)
    assert upload.layer["名称"].tolist() == ["甲片区", "乙片区"]
    assert areas(upload) == pytest.approx([0.0001, 1.0], rel=1e-9)


@pytest.mark.parametrize(
    "heading",
    [
        "横坐标(Y),纵坐标(X)",
        "WGS84经度,WGS84纬度",
        "Longitude (°E),Latitude (°N)",
        "经度（GCJ02）,纬度（GCJ02）",
        "JD,WD",
    ],
)
def test_headings_say_the_axes_in_many_ways(heading):
    upload = read_upload("c.csv", table(f"名称,界址点,{heading}", rows(DEGREES)))
    assert areas(upload) == pytest.approx([0.0001, 1.0], rel=1e-9)


def test_headings_of_limits_are_no_axes():
    text = "名称,东至,北至,东侧经纬度\n甲,河,路,117\n"
    with pytest.raises(DataFileError, match="No coordinates were recognised"):
        read_upload("c.csv", text.encode())


def test_kilometres_of_a_heading_are_metres():
    lines = rows(BOTH, lambda v: repr(v / 1000))
    upload = read_upload("c.csv", table("名称,点号,东坐标(km),北坐标(km)", lines))
    assert areas(upload) == pytest.approx([1_000_000, 250_000])


@pytest.mark.parametrize("second", [["", "", "m", "m"], ["名称", "点号", "东坐标", "北坐标"]])
def test_a_second_line_of_headings_is_no_place(second):
    lines = [*rows({"甲片区": FIRST}), second, *rows({"乙片区": SECOND})]
    lines = [second, *rows(BOTH)] if second[0] == "" else lines
    upload = read_upload("c.csv", table("名称,点号,东坐标,北坐标", lines))
    assert areas(upload) == [1_000_000, 250_000]


@pytest.mark.parametrize("closed", [False, True])
def test_rings_of_a_list_without_names_are_told_apart(closed):
    lines = []
    for shape in (FIRST, SECOND, HOLE):
        places = list(shape.exterior.coords)[: None if closed else -1]
        lines += [[f"J{k % 4 + 1}", str(x), str(y)] for k, (x, y) in enumerate(places)]
    upload = read_upload("c.csv", table("点号,东坐标,北坐标", lines))
    assert areas(upload) == [1_000_000 - 40_000, 250_000]  # the third lies in the first
    assert "rings-inside" in codes(upload)


def test_a_number_that_stands_in_every_row_counts_parcels():
    lines = [
        [str(number), str(x), str(y)]
        for number, shape in enumerate((FIRST, SECOND), start=1)
        for x, y in list(shape.exterior.coords)[:-1]
    ]
    upload = read_upload("c.csv", table("序号,东坐标,北坐标", lines))
    assert areas(upload) == [1_000_000, 250_000]


def test_a_title_over_corners_names_their_parcel():
    lines = []
    for name, shape in BOTH.items():
        lines += [[f"{name}界址点", "", ""], *rows({name: shape}, name=False)]
    upload = read_upload("c.csv", table("点号,东坐标,北坐标", lines))
    assert upload.layer["名称"].tolist() == ["甲片区界址点", "乙片区界址点"]
    assert areas(upload) == [1_000_000, 250_000]


def test_rows_without_a_position_are_told():
    lines = [*rows(BOTH), ["合计", "", "", ""], ["注：坐标为CGCS2000", "", "", ""]]
    upload = read_upload("c.csv", table("名称,点号,东坐标,北坐标", lines))
    assert areas(upload) == [1_000_000, 250_000]
    row_issue = next(issue for issue in upload.issues if issue.code == "rows-passed-over")
    assert row_issue.sentence("zh").startswith("有 2 行没有坐标，未用；第一行：合计")


def test_a_table_of_positions_that_cannot_be_read_is_not_called_damaged():
    with pytest.raises(DataFileError, match=r"no row of 2 gives a position.*a, b"):
        read_upload("c.csv", "点号,经度,纬度\n1,a,b\n2,c,d\n".encode())


@pytest.mark.parametrize(
    "text",
    [
        f"GEOMETRYCOLLECTION({FIRST.wkt},POINT(1 2))\n{SECOND.wkt}\n",
        f"{shapely.to_wkb(FIRST, hex=True)}\n{shapely.to_wkb(SECOND, hex=True)}\n",
    ],
)
def test_shapes_stand_one_to_a_line(text):
    assert areas(read_upload("a.txt", text.encode())) == [1_000_000, 250_000]


def workbook(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_every_sheet_with_coordinates_is_offered_and_named():
    head = ["点号", "东坐标", "北坐标"]
    sheets = {name: [head, *rows({name: s}, float, name=False)] for name, s in BOTH.items()}
    data = workbook({"说明": [["本表为示例"]], **sheets})
    upload = read_upload("b.xlsx", data)
    assert upload.layers == ("甲片区", "乙片区")
    assert codes(upload)[0] == "other-layers"
    assert upload.layer["工作表"].tolist() == ["甲片区"]
    second = read_upload("b.xlsx", data, layer="乙片区")
    assert areas(second) == [250_000]
    assert second.layers == ("甲片区", "乙片区")


def test_degrees_minutes_and_seconds_may_have_a_column_each():
    lines = [
        ["名称", "点号", "经度", None, None, "纬度", None, None],
        [None, None, "度", "分", "秒", "度", "分", "秒"],
    ]
    for name, point, x, y in rows(DEGREES, lambda v: dms(v, ",, ")):
        lines.append([name, point, *map(float, x.split(",")), *map(float, y.split(","))])
    upload = read_upload("b.xlsx", workbook({"坐标": lines}))
    assert areas(upload) == pytest.approx([0.0001, 1.0], rel=1e-9)
    assert [c for c in upload.layer.columns if c != "geometry"] == ["名称"]
