"""A small folder in the shape of the Open University Learning Analytics Dataset."""

import gzip
from pathlib import Path

# Student 7 takes AAA twice, 9 left it, and nobody knows when 9 registered. Weights of 2014J differ.
FILES = {
    "courses.csv": """code_module,code_presentation,module_presentation_length
AAA,2013J,268
AAA,2014J,269
GGG,2014B,241
""",
    "vle.csv": """id_site,code_module,code_presentation,activity_type,week_from,week_to
1,AAA,2013J,forumng,,
2,AAA,2013J,forumng,,
3,AAA,2013J,resource,,
4,AAA,2014J,forumng,,
5,GGG,2014B,dualpane,,
""",
    "assessments.csv": """code_module,code_presentation,id_assessment,assessment_type,date,weight
AAA,2013J,11,TMA,54,60
AAA,2013J,10,TMA,19,40
AAA,2013J,12,Exam,,100
AAA,2014J,20,TMA,19,50
GGG,2014B,30,CMA,222,0
GGG,2014B,31,TMA,61,0
""",
    "studentInfo.csv": """code_module,code_presentation,id_student,gender,final_result
AAA,2013J,7,M,Fail
AAA,2013J,8,F,Distinction
AAA,2013J,9,F,Withdrawn
AAA,2014J,7,M,Pass
GGG,2014B,8,F,Withdrawn
""",
    "studentRegistration.csv": """code_module,code_presentation,id_student,date_registration,date_unregistration
AAA,2013J,7,-159,
AAA,2013J,8,3,
AAA,2013J,9,?,-5
AAA,2014J,7,-1,
GGG,2014B,8,,
""",
    "studentAssessment.csv": """id_assessment,id_student,date_submitted,is_banked,score
10,7,18,0,39.5
10,8,22,0,40
11,8,52,0,
20,7,-1,1,100
30,8,200,0,0
""",
    # Two rows of 7 on site 1 and one on site 2 on day -10, apart from each other.
    "studentVle.csv": """id_student,id_site,date,sum_click
7,1,-10,4
8,3,0,1
7,2,-10,1
7,4,268,5
7,1,-10,2
8,5,1,6
""",
}
# The same rows as the dataset was published: each names its presentation, all values in quotes.
NAMED = {"1": "AAA,2013J", "2": "AAA,2013J", "3": "AAA,2013J", "4": "AAA,2014J", "5": "GGG,2014B"}


def make_folder(folder: Path, *, packed: bool = False, as_published: bool = False, **changed: str) -> Path:
    """``changed`` has other contents by file name without its ending."""
    folder.mkdir()
    for name, text in FILES.items():
        text = changed.get(name.removesuffix(".csv"), text)
        if as_published and name == "studentVle.csv":
            head, *rows = text.splitlines()
            text = "".join(
                f"{first}\n"
                for first in (f"code_module,code_presentation,{head}", *(f"{NAMED[r.split(',')[1]]},{r}" for r in rows))
            )
        if as_published:
            text = "".join(",".join(f'"{cell}"' for cell in row.split(",")) + "\r\n" for row in text.splitlines())
        if packed and name == "studentVle.csv":
            (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder
