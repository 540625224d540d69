"""Very many copies of a row, made by PostgreSQL itself: what tables look like after years."""

from django.db import connection
from django.db.models import Model, UUIDField


def copies(row: Model, count: int, **expressions: str) -> int:
    """Store ``count`` copies of ``row`` and return the id of the first; the others follow without a gap.

    ``expressions`` are SQL by field name, in which ``n`` counts from 1; uuids that are unique get new ones by themselves.
    """
    columns, values = [], []
    for field in row._meta.concrete_fields:
        if field.primary_key:
            continue
        columns.append(connection.ops.quote_name(field.column))
        if field.name in expressions:
            values.append(expressions[field.name])
        elif isinstance(field, UUIDField) and field.unique:
            values.append("gen_random_uuid()")
        else:
            values.append(columns[-1])
    table = connection.ops.quote_name(row._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {table}")
        (last,) = cursor.fetchone()
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {table}, generate_series(1, %s) AS n WHERE id = %s ORDER BY n",
            [count, row.pk],
        )
        cursor.execute(f"SELECT min(id) FROM {table} WHERE id > %s", [last])
        return cursor.fetchone()[0]
