"""Writes what PyPI's chinesecalendar says of every year it knows, as text: our calendar is held against it in a test.

    python3 -m venv /tmp/calendar && /tmp/calendar/bin/pip install chinesecalendar
    /tmp/calendar/bin/python tools/calendar/chinese-calendar.py > apps/directory/test/chinese-calendar.json
"""

import json
import sys
from importlib.metadata import metadata

from chinese_calendar.constants import holidays, workdays

about = metadata("chinesecalendar")
planned = sorted({day.year for day in holidays if (day.month, day.day) == (10, 1)})


def days(of, year):
    return " ".join(sorted(day.strftime("%m-%d") for day in of if day.year == year))


json.dump(
    {
        "source": f"PyPI chinesecalendar {about['Version']} by {about['Author']}, {about['License']}",
        "madeBy": "tools/calendar/chinese-calendar.py",
        "years": {year: {"off": days(holidays, year), "worked": days(workdays, year)} for year in planned},
    },
    sys.stdout,
    indent=2,
)
print()
