"""What handlers call off, and trying many stopped things again at once."""

from __future__ import annotations

import pytest

from engine.commands import CancelInstance, ResolveIncident, RetryIncidents
from engine.db import queries
from engine.history import JobCancelled, JobDone
from engine.model import Incident, InstanceState, JobState, ProcessInstance
from engine.ports import Cancel, Fail, JobOutcome, Throw
from tests.engine.conftest import Bench
from tests.engine.spiff.diagrams import chain, end, start
from tests.engine.test_time_and_jobs import MAIL, WARNED, Outbox
from tests.support.packages import boundary_timer, package, person
from tests.support.packages import work as activity

BROKEN = Fail(reason="mail server is down", permanent=True)


def incidents(bench: Bench) -> list[Incident]:
    with bench.db.reading() as tx:
        return sorted(queries.incidents(tx, bench.vault), key=lambda incident: incident.id)


def job_states(bench: Bench, instance: ProcessInstance) -> list[JobState]:
    with bench.db.reading() as tx:
        return [job.state for job in queries.jobs(tx, instance_id=instance.id)]


def three_stopped(bench: Bench) -> list[ProcessInstance]:
    bench.handlers["send"] = Outbox(*[BROKEN] * 3)
    instances = [bench.start(package(*MAIL), f"K-{number}") for number in range(3)]
    bench.worker.run_until_idle()
    assert len(incidents(bench)) == 3
    return instances


def test_a_job_that_was_called_off_stops_its_token_with_the_reason_until_a_person_retries(bench: Bench) -> None:
    outbox = bench.handlers["send"] = Outbox(Cancel(reason="the address is a test"))
    instance = bench.start(package(*MAIL))
    bench.worker.run_until_idle()
    assert job_states(bench, instance) == [JobState.CANCELLED]
    assert [event.reason for event in bench.history(instance, JobCancelled)] == ["the address is a test"]
    (incident,) = incidents(bench)
    assert "the address is a test" in incident.message
    bench.clock.advance(days=1)
    bench.worker.run_until_idle()
    assert len(outbox.sent) == 1, "it isn't tried again by itself"
    assert bench.engine.retry_many(RetryIncidents(by="ana"))[0].problem is None
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["handle"]
    assert outbox.sent[0].idempotency_key == outbox.sent[1].idempotency_key


def test_a_job_that_was_called_off_and_that_nobody_awaits_is_no_incident(bench: Bench) -> None:
    bench.handlers["send"] = Outbox(Cancel(reason="nobody to tell"))
    story = package(
        start(), activity("mail", "send", kind="sendTask"), person("handle"), end(), chain("start", "mail", "handle", "end")
    )
    instance = bench.start(story)
    bench.worker.run_until_idle()
    assert job_states(bench, instance) == [JobState.CANCELLED]
    assert len(bench.history(instance, JobCancelled)) == 1
    assert incidents(bench) == []


FAREWELL = (start(), activity("mail", "send", kind="sendTask"), end(), chain("start", "mail", "end"))


@pytest.mark.parametrize("failed", [BROKEN, Throw(error_code="bounced")])
def test_a_job_that_fails_after_its_instance_ended_asks_a_person_and_can_be_tried_again(bench: Bench, failed: JobOutcome) -> None:
    outbox = bench.handlers["send"] = Outbox(failed)
    instance = bench.start(package(*FAREWELL))
    assert instance.state is InstanceState.COMPLETED
    bench.worker.run_until_idle()
    (incident,) = incidents(bench)
    assert "Repair the cause" in incident.message
    assert job_states(bench, instance) == [JobState.FAILED]
    assert bench.engine.retry_many(RetryIncidents(by="ana"))[0].problem is None
    assert incidents(bench) == []
    bench.worker.run_until_idle()
    assert (len(outbox.sent), job_states(bench, instance)) == (2, [JobState.DONE])


def test_a_job_that_failed_after_its_instance_ended_can_be_given_up(bench: Bench) -> None:
    bench.handlers["send"] = Outbox(BROKEN)
    instance = bench.start(package(*FAREWELL))
    bench.worker.run_until_idle()
    (incident,) = incidents(bench)
    with bench.db.transaction() as tx:
        order = ResolveIncident(incident_id=incident.id, by="wang", reason="told by phone")
        bench.engine.operations.resolve(tx, order)
    assert (incidents(bench), job_states(bench, instance)) == ([], [JobState.CANCELLED])


def test_many_incidents_are_retried_each_for_itself(bench: Bench) -> None:
    first, second, third = three_stopped(bench)
    with bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=second.id, by="ana", reason="gone"))
    tried = bench.engine.retry_many(RetryIncidents(by="ana", incident_ids=(1, 2, 3, 99)))
    came = {each.incident_id: each.problem for each in tried}
    assert (came[1], came[3]) == (None, None)
    assert "K-1" in (came[2] or "")
    assert "no incident 99" in (came[99] or "")
    bench.worker.run_until_idle()
    assert [len(bench.history(instance, JobDone)) for instance in (first, second, third)] == [1, 0, 1]


def test_a_filter_chooses_what_is_retried_and_a_limit_bounds_it(bench: Bench) -> None:
    three_stopped(bench)
    retry = bench.engine.retry_many
    assert retry(RetryIncidents(by="ana", handler="archive")) == []
    assert retry(RetryIncidents(by="ana", activity_id="handle")) == []
    assert retry(RetryIncidents(by="ana", process_key="other")) == []
    some = retry(RetryIncidents(by="ana", handler="send", activity_id="mail", process_key="story", limit=2))
    assert [each.incident_id for each in some] == [1, 2]
    assert [each.incident_id for each in retry(RetryIncidents(by="ana"))] == [3]


def test_what_stops_at_once_again_says_why(bench: Bench) -> None:
    bench.start(package(*WARNED, boundary_timer("late", "handle", "= due", kind="timeDate")), due="tomorrow")
    (came,) = bench.engine.retry_many(RetryIncidents(by="ana"))
    assert "no date and time" in (came.problem or "")
