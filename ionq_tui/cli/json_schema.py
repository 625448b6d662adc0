"""The form of everything that `--json` prints, as JSON Schema, with its version.

Within a version fields may be added; none is removed or changes its type. Readers must ignore unknown fields.
"""

from __future__ import annotations

from collections.abc import Mapping

VERSION = 1
Schema = dict[str, object]


def versioned(facts: Mapping[str, object]) -> dict[str, object]:
    """Return what is printed: the facts, and the version of their form under `ionq_tui`."""
    ours = facts.get("ionq_tui")
    return {**facts, "ionq_tui": {"schema_version": VERSION, **(ours if isinstance(ours, dict) else {})}}


def schema_of(command: str) -> Schema | None:
    """Return the JSON Schema of what a command prints with `--json`; None if it has no such option."""
    form = _FORMS.get(command)
    if form is None:
        return None
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"ionq-tui {command} --json", **form}


def _object(optional: Mapping[str, Schema] | None = None, /, **fields: Schema) -> Schema:
    """Return an object with these fields, all of them required but the optional ones."""
    return {"type": "object", "properties": {**fields, **(optional or {})}, "required": list(fields)}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _map(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def _or_null(form: Schema) -> Schema:
    return {"anyOf": [form, {"type": "null"}]}


def _document(ours: Schema | None = None, optional: Mapping[str, Schema] | None = None, /, **fields: Schema) -> Schema:
    """Return a whole document; `ours` are our fields beside the version."""
    version: Schema = {"const": VERSION, "description": "version of this form"}
    more = ours or _object()
    properties, required = more["properties"], more["required"]
    assert isinstance(properties, dict) and isinstance(required, list)
    stamped = {
        **more,
        "properties": {"schema_version": version, **properties},
        "required": ["schema_version", *required],
    }
    return _object(optional, **fields, ionq_tui=stamped)


_STRING: Schema = {"type": "string"}
_TEXT: Schema = {"type": ["string", "null"]}
_TIME: Schema = {"type": ["string", "null"], "description": "RFC 3339, in UTC"}
_COUNT: Schema = {"type": ["integer", "null"]}
_NUMBER: Schema = {"type": ["number", "null"]}
_FLAG: Schema = {"type": ["boolean", "null"]}
_SURE: Schema = {"type": "boolean"}
_INTEGER: Schema = {"type": "integer"}
_MONEY = _object(unit=_STRING, value={"type": "number"})
_COST = _or_null(_MONEY)
_SETTINGS = _object(
    {"job_count_limit": _INTEGER, "duration_limit_min": _INTEGER, "cost_limit": _MONEY, "expires_at": _STRING}
)
_SESSION_FIELDS: dict[str, Schema] = {
    **{"id": _STRING, "status": _STRING, "active": _FLAG, "backend": _TEXT},
    **{"created_at": _TIME, "started_at": _TIME, "ended_at": _TIME, "organization_id": _TEXT, "project_id": _TEXT},
    **{"creator_id": _TEXT, "ender_id": _TEXT, "settings": _SETTINGS},
}
_MISMATCH = _map(_object(how=_STRING, asked={}, given={}))
_ENDS: dict[str, Schema] = {"ends_at": _TIME, "ends_at_source": _TEXT}
_ABOUT_SESSION: dict[str, Schema] = {
    "owner": {"type": "string", "description": "you, another user, unknown, or a name from the configuration"},
    "opened_on_this_machine": _SURE,
    "label": _STRING,
    "short_id": _STRING,
    **_ENDS,
}
_LISTED_SESSION = _object(**_SESSION_FIELDS, ionq_tui=_object({"limit_mismatch": _MISMATCH}, **_ABOUT_SESSION))
_SESSION = _document(_object({"limit_mismatch": _MISMATCH}, **_ABOUT_SESSION), **_SESSION_FIELDS)
_JOB_FIELDS: dict[str, Schema] = {
    **{"id": _STRING, "status": _STRING, "type": _TEXT, "cost_model": _TEXT, "backend": _TEXT, "name": _TEXT},
    **{"session_id": _TEXT, "submitter_id": _TEXT, "parent_job_id": _TEXT, "project_id": _TEXT, "dry_run": _FLAG},
    **{"shots": _COUNT, "submitted_at": _TIME, "started_at": _TIME, "completed_at": _TIME},
    **{"predicted_wait_time_ms": _COUNT, "predicted_execution_duration_ms": _COUNT, "execution_duration_ms": _COUNT},
    "failure": _or_null(_object(code=_TEXT, message=_TEXT)),
}
_JOB_COST: dict[str, Schema] = {"cost": _COST, "cost_is_final": _SURE, "estimated_cost": _COST}
_DETAIL: dict[str, Schema] = {
    "settings": _map(_STRING),
    "stats": _object(qubits=_COUNT, circuits=_COUNT, gate_counts=_map({"type": "number"})),
    "metadata": _map(_STRING),
}
_EVENT = _object(at=_TIME, kind=_STRING, job_id=_TEXT, job_ids=_or_null(_list(_STRING)), words=_STRING)
_SUMS: dict[str, Schema] = {
    "jobs": {**_map(_INTEGER), "description": "number of jobs: total, and by status"},
    "money": _object(
        charged=_list(_MONEY),
        reserved=_list(_MONEY),
        jobs_priced=_INTEGER,
        jobs_finished=_INTEGER,
        all_jobs_read=_SURE,
        is_final=_SURE,
    ),
}
_SPEND: dict[str, Schema] = {
    **{"jobs": _INTEGER, "jobs_finished": _INTEGER, "jobs_priced": _INTEGER, "charged": _list(_MONEY)},
}
_REPORT = _object(
    {"limit_mismatch": _MISMATCH},
    **_ABOUT_SESSION,
    **_SUMS,
    charged_for=_object(
        job_models=_list(_object(type=_TEXT, cost_model=_TEXT, **_SPEND)),
        failures=_list(_object(code=_TEXT, **_SPEND)),
    ),
    failures=_list(_object(**_JOB_FIELDS)),
    events=_list(_EVENT),
)
_MEASURED = _object(
    id=_STRING,
    date=_TIME,
    qubits=_COUNT,
    fidelity=_map(_object(median={"type": "number"}, stderr=_NUMBER)),
    timing={**_map({"type": "number"}), "description": "seconds"},
)
_BACKEND = _object(
    backend=_STRING,
    status=_STRING,
    degraded=_FLAG,
    qubits=_COUNT,
    average_queue_time=_NUMBER,
    last_updated=_TIME,
    location=_TEXT,
    characterization_id=_TEXT,
    kw=_NUMBER,
    supported_gates=_list(_STRING),
    supported_native_gates=_list(_STRING),
    supported_error_mitigations=_list(_STRING),
    ionq_tui=_object(characterization=_or_null(_MEASURED)),
)
_UNLISTED = _object(
    not_confirmed_ended=_list(_object(id=_STRING, backend=_TEXT, last_seen=_TIME)),
    unconfirmed=_list(_object(backend=_STRING, asked_at=_TIME, candidates=_list(_STRING))),
)
_CHANGE = _document(
    _object({"words": _STRING, **_SUMS}, at=_STRING, change=_STRING, **_ENDS),
    {"job": _object(**_JOB_FIELDS)},
    session=_object(**_SESSION_FIELDS),
)
_RESULT: dict[str, Schema] = {
    **{"id": _STRING, "name": _TEXT, "status": _STRING, "backend": _TEXT, "session_id": _TEXT, "shots": _COUNT},
    **{"submitted_at": _TIME, "completed_at": _TIME, "execution_duration_ms": _COUNT},
    "probabilities": _map({"type": "number"}),
    "counts": {**_or_null(_map(_COUNT)), "description": "probabilities times shots, rounded"},
}
_FILE = _document(
    id=_STRING,
    artifact=_object(id=_TEXT, format=_STRING, media_type=_TEXT),
    content={"description": "as IonQ has it, in the form that the artifact names"},
)
_REQUEST = _object(method=_STRING, url=_STRING, body={"type": "object"})
_AUTH = _object(profile=_STRING, host=_STRING, source=_TEXT, key={**_TEXT, "description": "masked"}, keyring=_TEXT)
_AMOUNTS = _list(_object(amount={"type": "number"}, unit=_STRING))
_GROUP = _object(group_id=_TEXT, group_name=_TEXT, job_count=_COUNT, amounts=_AMOUNTS)
_USAGE_DAY = _object(**{"from": _STRING}, job_count=_COUNT, amounts=_AMOUNTS, group_usages=_list(_GROUP))
_USAGE = _object(usage_from=_TIME, usage_to=_TIME, group_type=_STRING, modality=_STRING, usage_data=_list(_USAGE_DAY))
_SHARES = _list(_object(name=_TEXT, sessions=_INTEGER, charged=_list(_MONEY), complete=_SURE))
_OF_MACHINE = _object(
    charged=_list(_MONEY),
    days=_list(_object(day=_STRING, charged=_list(_MONEY))),
    by_backend=_SHARES,
    by_label=_SHARES,
    complete=_SURE,
    sessions_open=_list(_STRING),
    sessions_not_all_costs_known=_list(_STRING),
    journal_trouble=_TEXT,
)
_BUDGET = _object(
    budget=_MONEY,
    month=_STRING,
    charged=_COST,
    charged_according_to={"enum": ["ionq", "this_machine"]},
    may_be_more=_SURE,
)
_SPENDING = _object(
    period=_object(first=_STRING, last=_STRING, time_zone=_STRING),
    read_at=_TIME,
    usage_complete=_SURE,
    fault=_TEXT,
    this_machine=_OF_MACHINE,
    budget=_or_null(_BUDGET),
)
_CHECK = _object(name=_STRING, status={"enum": ["ok", "note", "problem", "skipped"]}, says=_STRING, fix=_TEXT)
_FORMS: Mapping[str, Schema] = {
    "backends": _document(backends=_list(_BACKEND)),
    "ls": _document(_UNLISTED, sessions=_list(_LISTED_SESSION)),
    "show": _document(_REPORT, **_SESSION_FIELDS),
    "jobs": _document(jobs=_list(_object(**_JOB_FIELDS, ionq_tui=_object(**_JOB_COST)))),
    "events": _document(events=_list(_EVENT)),
    "job": {
        "anyOf": [_document(_object(**_JOB_COST), _DETAIL, **_JOB_FIELDS), _FILE],
        "description": "the second form is of --circuit",
    },
    "results": {"anyOf": [_document(None, _DETAIL, **_RESULT), _FILE], "description": "the second form is of --shots"},
    "cancel": _document(jobs=_list(_object(id=_STRING, status=_TEXT))),
    "clone": {
        "anyOf": [_document(_object(original_id=_STRING), id=_STRING, session_id=_TEXT), _document(request=_REQUEST)],
        "description": "the second form is of --dry-run",
    },
    "open": {"anyOf": [_SESSION, _document(request=_REQUEST)], "description": "the second form is of --dry-run"},
    "end": {"anyOf": [_SESSION, _document(sessions=_list(_LISTED_SESSION))], "description": "the second: --all-here"},
    "watch": {**_CHANGE, "description": "one such object on each line"},
    "usage": _document(_SPENDING, usage=_or_null(_USAGE)),
    "doctor": _document(_object(version=_STRING, all_well=_SURE, checks=_list(_CHECK))),
    "auth": {**_document(_AUTH), "description": "of auth status"},
}
COMMANDS = tuple(_FORMS)
"""The commands that print JSON."""
