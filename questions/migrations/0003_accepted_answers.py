"""Accepted answers get credit and feedback of their own; numbers become a list. In questions and in their revisions."""

import json

from django.db import migrations
from django.db.models import F, JSONField
from django.db.models.functions import Cast
from wagtail.blocks import StreamValue


def values_of(entries):
    """The values of a list as it may be stored: bare, or as items with ids."""
    return [entry["value"] if isinstance(entry, dict) and "value" in entry else entry for entry in entries or []]


def as_items(entries, value_of):
    """The same list with other values; ids stay."""
    return [
        {**entry, "value": value_of(entry["value"])} if isinstance(entry, dict) and "value" in entry else value_of(entry)
        for entry in entries or []
    ]


def text_forward(text):
    # A star was a star until now.
    return {"text": text.replace("*", "\\*"), "credit": "100", "feedback": ""} if isinstance(text, str) else text


def text_backward(entry):
    return entry["text"].replace("\\*", "*") if isinstance(entry, dict) else entry


def is_right(entry):
    """The earlier version gave every accepted answer all points."""
    value = entry["value"] if isinstance(entry, dict) and "value" in entry else entry
    return not isinstance(value, dict) or float(value.get("credit") or 0) == 100


def forward(block):
    value = dict(block.get("value") or {})
    if block["type"] == "short_text":
        value["accepted"] = as_items(value.get("accepted"), text_forward)
    elif block["type"] == "numerical" and "accepted" not in value:
        number, tolerance = value.pop("answer", None), value.pop("tolerance", None)
        value["accepted"] = [
            {
                "type": "item",
                "value": {"number": number, "tolerance": tolerance or "0", "credit": "100", "feedback": ""},
                "id": block.get("id"),
            }
        ]
    return {**block, "value": value}


def backward(block):
    value = dict(block.get("value") or {})
    if block["type"] == "short_text":
        value["accepted"] = as_items(filter(is_right, value.get("accepted") or []), text_backward)
    elif block["type"] == "numerical" and "accepted" in value:
        first = next(iter(values_of(filter(is_right, value.pop("accepted") or []))), {})
        value |= {"answer": first.get("number"), "tolerance": first.get("tolerance")}
        value.pop("unit_asked", None)
    return {**block, "value": value}


def rewrite(apps, change):
    question, revision = apps.get_model("questions", "Question"), apps.get_model("wagtailcore", "Revision")
    stream_block = question._meta.get_field("definition").stream_block
    touched = question.objects.filter(type__in=["short_text", "numerical"])
    for pk, raw in touched.annotate(raw=Cast(F("definition"), JSONField())).values_list("pk", "raw"):
        blocks = StreamValue(stream_block, [change(block) for block in raw or []], is_lazy=True)
        question.objects.filter(pk=pk).update(definition=blocks)
    # Of every question: one whose kind was changed since may be taken back to an old revision.
    revisions = revision.objects.filter(content_type__app_label="questions", content_type__model="question")
    for row in revisions.iterator(chunk_size=500):
        before = json.loads(row.content.get("definition") or "[]")
        after = [change(block) for block in before]
        if after != before:
            row.content["definition"] = json.dumps(after)
            row.save(update_fields=["content"])


def migrate_forward(apps, schema_editor):
    rewrite(apps, forward)


def migrate_backward(apps, schema_editor):
    rewrite(apps, backward)


class Migration(migrations.Migration):
    dependencies = [
        ("questions", "0002_question_bank"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(migrate_forward, migrate_backward)]
