"""What authors write into links: files, places in the course, the rest of the world, nowhere."""

import pytest

from lms_pages.importers.olx.addresses import Address, Kind, understood
from lms_pages.importers.olx.tree import Course

COURSE = Course(org="Org", number="Num", run="run", title="", language="", summary="", about="", image="")
OWN = "course-v1:Org+Num+run"


@pytest.mark.parametrize(
    ("address", "kind", "value"),
    [
        ("/static/a.png", Kind.ASSET, "a.png"),
        ("static/sub/a%20b.pdf?raw#page=2", Kind.ASSET, "sub/a b.pdf"),
        ("../../static/a.png", Kind.ASSET, "a.png"),
        ("/asset-v1:Org+Num+run+type@asset+block@a.png", Kind.ASSET, "a.png"),
        ("/assets/courseware/v1/abc123/asset-v1:Org+Num+run+type@asset+block/a.png", Kind.ASSET, "a.png"),
        ("https://lms.example.com/asset-v1:Org+Num+run+type@asset+block@a.png", Kind.ASSET, "a.png"),
        ("/c4x/Org/Num/asset/a.png", Kind.ASSET, "a.png"),
        ("https://cdn.example.com/static/a.png", Kind.OUTSIDE, "https://cdn.example.com/static/a.png"),
        (
            "https://lms.example.com/asset-v1:Other+X+1+type@asset+block@a.png",
            Kind.OUTSIDE,
            "https://lms.example.com/asset-v1:Other+X+1+type@asset+block@a.png",
        ),
        ("/jump_to_id/abc", Kind.BLOCK, "abc"),
        (f"/courses/{OWN}/jump_to_id/abc#part", Kind.BLOCK, "abc"),
        (f"/courses/{OWN}/jump_to/block-v1:Org+Num+run+type@html+block@abc", Kind.BLOCK, "abc"),
        (f"/courses/{OWN}/jump_to/i4x://Org/Num/html/abc", Kind.BLOCK, "abc"),
        (f"https://lms.example.com/courses/{OWN.replace('+', '%2B')}/courseware/ch/seq/3", Kind.BLOCK, "seq"),
        ("/courses/Org/Num/run/courseware/ch/", Kind.BLOCK, "ch"),
        (
            f"https://learning.example.com/course/{OWN}/block-v1:Org+Num+run+type@sequential+block@s/"
            "block-v1:Org+Num+run+type@vertical+block@v",
            Kind.BLOCK,
            "v",
        ),
        (f"/courses/{OWN}/progress", Kind.COURSE, ""),
        ("https://example.com/x?y#z", Kind.OUTSIDE, "https://example.com/x?y#z"),
        ("//example.com/x", Kind.OUTSIDE, "https://example.com/x"),
        ("mailto:ann@example.com", Kind.OUTSIDE, "mailto:ann@example.com"),
        ("#top", Kind.DEAD, ""),
        ("javascript:;", Kind.DEAD, ""),
        (" JavaScript:alert(1)", Kind.DEAD, ""),
        ("file:///etc/passwd", Kind.DEAD, "file:///etc/passwd"),
        ("/courses/course-v1:Other+X+1/about", Kind.DEAD, "/courses/course-v1:Other+X+1/about"),
        ("/courses/course-v1:Org+Num+run2/about", Kind.DEAD, "/courses/course-v1:Org+Num+run2/about"),
        ("/courses/Big-Org/Num/run/about", Kind.DEAD, "/courses/Big-Org/Num/run/about"),
        (
            "https://x.example.com/courses/course-v1:Org+Num+run.b/",
            Kind.OUTSIDE,
            "https://x.example.com/courses/course-v1:Org+Num+run.b/",
        ),
        ("/dashboard", Kind.DEAD, "/dashboard"),
        ("http://[broken", Kind.DEAD, "http://[broken"),
    ],
)
def test_understood(address, kind, value):
    assert understood(address, COURSE) == Address(kind, value)
