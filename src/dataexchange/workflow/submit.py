"""Receive a city's file, check it: the first verbs of a submission.

The bytes of file and mapping are kept under their SHA-256 before anything reads them, so that what was sent can always be shown; then
a submission is opened for them. The check is `examine`, which only reads, however long it takes, and `conclude`, which writes one
report and one status at once: a check that is killed leaves nothing behind, and one that runs twice is concluded once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from dataexchange.errors import Conflict, Forbidden, InvalidRequest, NotFound
from dataexchange.model.access import Caller, Scope
from dataexchange.model.finding import Report
from dataexchange.model.sentence import say
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Status, Submission
from dataexchange.model.template import FORM
from dataexchange.pipeline.mapping_bundle import bundled
from dataexchange.pipeline.mapping_file import load_mapping, parse_mapping
from dataexchange.store import audit, files, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import agreements, require_agreement
from dataexchange.workflow.assess import Assessment, assess, assess_message
from dataexchange.workflow.changes import keep
from dataexchange.workflow.filled import filled, is_template
from dataexchange.workflow.form_findings import for_a_workbook
from dataexchange.workflow.justify_again import remember_reasons
from dataexchange.workflow.kept_report import keep_report
from dataexchange.workflow.outlook import Title, with_outlook
from dataexchange.workflow.permission import require
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.review import goes_on
from dataexchange.workflow.uncollected import uncollected
from dataexchange.workflow.unmapped import address

#: Names of tables: parts with '/' between them, none of which leads up or away, and nothing that cannot be printed.
_DATASET = re.compile(r"(?=.{1,200}$)(?!\.\.?(/|$))[^\x00-\x1f\x7f/\\]+(/(?!\.\.?(/|$))[^\x00-\x1f\x7f/\\]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a city sends: bytes that are kept already, by their SHA-256, and what it says of them.

    `mapping` is the hash of a mapping that came along or the id (dataset) of one that came with an earlier submission; None of what
    needs none, an SDMX message. `dataset` is made of the provider and the mapping's name, or the file's, where it is not told.
    """

    file_name: str
    file_hash: str
    mapping: str | None = None
    mapping_name: str | None = None
    dataset: str | None = None
    #: The agreement it is sent under, where the sender names one: `PA_BRISTOL_SDG_LOCAL`.
    agreement: str | None = None
    publish: bool = False
    #: Without a mapping: whose figures they are and of which dataflow, where the message does not say it.
    provider: str | None = None
    dataflow: str | None = None

    @property
    def digest(self) -> str:
        """The same for two requests that ask for the same."""
        words = (
            self.file_name,
            self.file_hash,
            self.mapping,
            self.mapping_name,
            self.dataset,
            self.agreement,
            self.publish,
            *(word for word in (self.provider, self.dataflow) if word is not None),
        )
        return sha256("\n".join(map(str, words)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Announced:
    """A parcel whose mapping, or message, has been read: what it takes to open a submission."""

    parcel: Parcel
    provider: str
    dataflow: Ref
    mapping_hash: str | None = None
    mapping_name: str | None = None

    @property
    def is_template(self) -> bool:
        """Whether the mapping is that of a filled template, which was made here."""
        return self.mapping_name == FORM


def keep_parcel(
    home: Path, path: Path, mapping_path: Path | None, *, provider: str | None = None, dataflow: str | None = None
) -> Parcel:
    """Keep a table and its mapping, with the tables that this takes from other files, or a message that needs none. All are files
    here, and the database is asked for nothing."""
    if mapping_path is None:
        kept = files.keep(path, home)
        return Parcel(file_name=path.name, file_hash=kept, provider=provider, dataflow=dataflow)
    _, _, dataset = load_mapping(mapping_path)
    return Parcel(
        file_name=path.name,
        file_hash=files.keep(path, home),
        mapping=files.keep(BytesIO(bundled(mapping_path)), home),
        mapping_name=mapping_path.name,
        dataset=dataset,
    )


def read_parcel(conn: Connection, home: Path, parcel: Parcel, *, caller: Caller) -> Announced:
    """Find and read its mapping, or make that of a filled template. The database is only read: a mapping may have thousands of
    lines, and uploads do not wait for each other."""
    require(caller, Scope.SUBMIT)
    path = files.path_of(parcel.file_hash, home)
    if parcel.mapping_name is None and is_template(path):
        return _of_template(conn, home, path, parcel)
    if parcel.mapping is None:
        found = address(
            conn,
            path,
            parcel.file_name,
            caller,
            provider=parcel.provider,
            dataflow=parcel.dataflow,
            agreement=parcel.agreement,
        )
        return Announced(parcel, found.provider, found.dataflow)
    mapping_hash, name = _mapping(conn, parcel, parcel.mapping, caller)
    mapping = parse_mapping(files.path_of(mapping_hash, home).read_bytes(), name)
    return Announced(parcel, mapping.provider, mapping.dataflow_ref, mapping_hash, name)


def _of_template(conn: Connection, home: Path, path: Path, parcel: Parcel) -> Announced:
    """A filled template says all itself; what is told beside it must be the same."""
    found = filled(conn, path, parcel.file_name)
    mapping, dataset = found.mapping, found.dataset
    told = {
        "mapping_id": (parcel.mapping, dataset),
        "dataset": (parcel.dataset, dataset),
        "provider": (parcel.provider, mapping.provider),
        "dataflow": (parcel.dataflow, mapping.dataflow),
    }
    for name, (said, own) in told.items():
        if said not in (None, own):
            raise InvalidRequest(
                say(
                    "{file} is a template filled for {own}: leave this out, or send the template of what you name",
                    file=parcel.file_name,
                    own=own,
                ),
                parameter=name,
                value=said,
            )
    kept = files.keep(BytesIO(found.text), home)
    return Announced(replace(parcel, mapping=None, dataset=dataset), mapping.provider, mapping.dataflow_ref, kept, FORM)


def accept_parcel(
    conn: Connection, announced: Announced, *, caller: Caller, idempotency_key: str | None = None
) -> Submission:
    """Open a submission for bytes that are kept. A repeated request finds the one it opened."""
    parcel, provider, dataflow = announced.parcel, announced.provider, announced.dataflow
    if idempotency_key is not None and (known := submissions.repeated(conn, caller.organisation, idempotency_key)):
        if known[0] != parcel.digest:
            raise Conflict(
                f"Idempotency-Key {idempotency_key!r} stood for another file, mapping or wish: use a new key for a new submission."
            )
        return submissions.get(conn, known[1])
    require(caller, Scope.SUBMIT)
    if not caller.speaks_for(provider):
        raise Forbidden(_not_yours(announced, caller))
    agreement = require_agreement(conn, provider, dataflow)
    if parcel.agreement not in (None, agreement.id, agreement.ref.short):
        what = "mapping" if announced.mapping_hash else "message"
        raise InvalidRequest(
            f"the {what} is for {agreement.id}: name that one or send another {what}",
            parameter="agreement",
            value=parcel.agreement,
        )
    submission = Submission(
        id=uuid4().hex[:12],
        status=Status.RECEIVED,
        received_at=datetime.now(UTC),
        file_name=parcel.file_name,
        file_hash=parcel.file_hash,
        mapping_name=announced.mapping_name,
        mapping_hash=announced.mapping_hash,
        provider=provider,
        dataflow=dataflow,
        dataset=require_own(conn, provider, _dataset(parcel, provider, announced.mapping_name or parcel.file_name)),
        sent_by=caller.actor,
        publish=parcel.publish,
    )
    submissions.insert(conn, submission)
    if idempotency_key is not None:
        submissions.remember(conn, caller.organisation, idempotency_key, parcel.digest, submission.id)
    detail = {"file": submission.file_name, "mapping": announced.mapping_hash}
    audit.record(conn, actor=caller.actor, action="submission.receive", subject=submission.id, detail=detail)
    return submission


@uncollected()
def conclude(conn: Connection, submission_id: str, assessment: Assessment, *, actor: str) -> Submission:
    """Write down what the check found: CHECKED (and on, where its sender wished so and no warning wants a reason), or RETURNED where an
    error stands in the way. Reasons that stand in the data, or were given before for the same, are taken with it.

    Raises Conflict where another worker was quicker.
    """
    submission = submissions.get(conn, submission_id)
    if submission.status is not Status.RECEIVED:
        raise Conflict(
            f"Submission {submission.id} is {submission.status}: only a received one can be checked; send the file again."
        )
    status = Status.CHECKED if assessment.report.publishable else Status.RETURNED
    note_report(conn, submission.id, status, assessment.report, actor=actor)
    if assessment.changes_hash is not None:
        submissions.note_changes(conn, submission.id, assessment.changes_hash)
    remember_reasons(conn, submission, assessment)
    checked = submissions.get(conn, submission.id)
    return goes_on(conn, checked, actor=actor) if checked.publish and status is Status.CHECKED else checked


def note_report(
    conn: Connection, submission_id: str, status: Status, report: Report, *, actor: str, reason: str | None = None
) -> None:
    """One report, one status, one line in the audit log."""
    kept = keep_report(conn, report)
    submissions.set_status(conn, submission_id, status, report_hash=kept, reason=reason)
    detail = {"errors": report.errors, "warnings": report.warnings} | ({"reason": reason} if reason else {})
    audit.record(conn, actor=actor, action=f"submission.{status}", subject=submission_id, detail=detail)


def assess_kept(conn: Connection, home: Path, submission: Submission, *, progress: Progress = silent) -> Assessment:
    """The steps over the bytes that were kept for a submission, with the mapping that came with it."""
    if submission.mapping_hash is None:
        return assess_message(
            conn,
            files.path_of(submission.file_hash, home),
            submission.provider,
            submission.dataflow,
            name=submission.file_name,
            progress=progress,
        )
    mapping = parse_mapping(
        files.path_of(submission.mapping_hash, home).read_bytes(), submission.mapping_name or "mapping"
    )
    path = files.path_of(submission.file_hash, home)
    found = assess(conn, path, mapping, name=submission.file_name, progress=progress)
    return replace(found, report=_in_its_words(found.report, submission))


def _in_its_words(report: Report, submission: Submission) -> Report:
    return for_a_workbook(report) if submission.mapping_name == FORM else report


@uncollected()
def examine(conn: Connection, home: Path, submission: Submission, *, progress: Progress = silent) -> Assessment:
    """The check: what is wrong with the table, how it stands to the nation, and what publishing it would change."""
    assessment = assess_kept(conn, home, submission, progress=progress)
    progress("Comparing with what is published")
    found = in_full(conn, submission, assessment)
    return found if found.difference is None else replace(found, changes_hash=keep(home, found.difference))


def in_full(conn: Connection, submission: Submission, assessment: Assessment) -> Assessment:
    """With what publishing it would change, and what there is to say of that."""
    found = with_outlook(conn, Title.of(submission), assessment)
    return replace(found, report=_in_its_words(found.report, submission))


def _not_yours(announced: Announced, caller: Caller) -> str:
    provider = announced.provider
    if announced.is_template:
        return (
            f"{announced.parcel.file_name} is a template of {provider}, and your key is {caller.organisation}'s: fill one of your own "
            f"agreement, or send it with a key of {provider}."
        )
    named = announced.mapping_name or announced.parcel.file_name
    where = "correct `provider:` in it" if announced.mapping_name else f"name {caller.organisation} as `provider`"
    what = f"{named} names the provider" if announced.mapping_name else f"{named} is sent for the provider"
    return f"{what} {provider}, and your key is {caller.organisation}'s: {where}, or send it with a key of {provider}."


def _mapping(conn: Connection, parcel: Parcel, wanted: str, caller: Caller) -> tuple[str, str]:
    """(hash, name) of the mapping that is meant. The name of one that was sent before needs no repeating."""
    if parcel.mapping_name is not None:
        return wanted, parcel.mapping_name
    known = [m for m in submissions.known_mappings(conn) if wanted in (m.id, m.hash) and caller.speaks_for(m.provider)]
    if not known:
        raise NotFound(
            f"There is no mapping {wanted[:100]!r} from an earlier submission of yours: send the mapping file along."
        )
    return known[0].hash, known[0].name


def _dataset(parcel: Parcel, provider: str, name: str) -> str:
    """As told, or as `dataexchange submit` has it of a file in a folder: `bristol/pm25`. `name` is the mapping's, or the message's."""
    named_before = parcel.mapping if parcel.mapping_name is None and "/" in (parcel.mapping or "") else None
    return require_name(parcel.dataset or named_before or named_after(provider, name))


def named_after(provider: str, name: str) -> str:
    """What a table is called that nobody gave a name: `bristol/pm25` of BRISTOL's pm25.csv."""
    return f"{provider.lower()}/{Path(name).stem}"


def require_own(conn: Connection, provider: str, dataset: str, parameter: str = "dataset") -> str:
    """Whoever reads `bristol/pm25` takes it for Bristol's: no other provider has a table of that name."""
    first = dataset.partition("/")[0].casefold()
    others = {agreement.provider.id for agreement in agreements(conn)} - {provider}
    if first != provider.casefold() and (other := next((one for one in others if one.casefold() == first), None)):
        raise InvalidRequest(
            say(
                "a table whose name begins with {first} would be taken for one of {other}, and this one is {provider}'s: begin its "
                "name with {own}, or put the mapping file into a folder of that name",
                first=repr(dataset.partition("/")[0]),
                other=other,
                provider=provider,
                own=repr(f"{provider.lower()}/"),
            ),
            parameter=parameter,
            value=dataset,
        )
    return dataset


def require_name(dataset: str, parameter: str = "dataset") -> str:
    """What a table may be called."""
    if not _DATASET.fullmatch(dataset):
        raise InvalidRequest(
            "name the table by a folder and a word, such as bristol/pm25, in up to 200 printable characters",
            parameter=parameter,
            value=dataset,
        )
    return dataset
