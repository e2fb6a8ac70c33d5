"""What the desk's refusals say to a person, by the error's stable code; %(name)s are the error's details."""

from __future__ import annotations

from webui.i18n import mark

BY_CODE = {
    "conflict": mark("Somebody else changed this at the same time. Reload and look again."),
    "answers_invalid": mark("Some fields need your attention; each says what is wrong."),
    "case_not_found": mark("There is no case %(number)s that you may see. Check the number, or ask its team."),
    "case_closed": mark("Case %(number)s is closed and can only be read. Open a new one for what is new."),
    "agent_not_found": mark("There is no active agent “%(login)s”. Look at the list of agents."),
    "team_not_found": mark("There is no team “%(team)s”. Choose one from the list of teams."),
    "name_taken": mark("“%(name)s” exists already. Choose another name."),
    "right_missing": mark("Your role or team gives no right to this. Ask a supervisor."),
    "help_pending": mark("Case %(number)s waits for: %(tasks)s. Resolve it when that is done, or log your progress meanwhile."),
    "request_sent_twice": mark(
        "This request was sent twice at the same moment; it opens one case. Send it again to see its number."
    ),
    "belongs_to_case": mark("%(business_key)s is a case's number. Take another business key."),
    "message_id_used_otherwise": mark(
        "The id of this message to case %(number)s was used for a message to another case. Give each one an id of its own."
    ),
    "key_used_otherwise": mark(
        "This form was sent before with other entries, and its case is open. Look for that case, or begin with a new form."
    ),
    "variable_withheld": mark(
        "The variable %(name)s holds who the customer is and is shown masked, so it cannot be changed here. An operator may do "
        "it by the command line."
    ),
    "urged_too_soon": mark("You urged case %(number)s just now. You can urge it again at %(time)s."),
    "delivery_not_found": mark("This message needs no second try, or does not exist. Look at the list of deliveries."),
    "template_not_found": mark("There is no template %(name)s in that language. Look at the list of templates."),
    "absence_not_found": mark("There is no such leave. Look at the list of leave."),
    "cannot_head": mark("%(login)s cannot head this team: their role does not lead. Choose a supervisor or an administrator."),
    "team_calendar_changed": mark("Somebody else chose this team's calendar since you opened it. Reload and look again."),
    "shift_changed": mark("Somebody else changed this shift since you opened it. Reload and look again."),
    "authority_missing": mark("Your authority does not cover this approval. Let somebody decide whose authority suffices."),
    "skill_invalid": mark("“%(skill)s” is no skill: write a name, and after a colon a level from 1 to 5."),
    "nothing_to_hand_over": mark("No suggestion of that time is left to hand over. Choose another time."),
    "batch_not_found": mark("There is no such batch. Look at the list of suggestions."),
    "suggestion_not_found": mark("This case is in no batch of suggestions. Hand it over first."),
    "not_awaited": mark("Case %(number)s does not take this now: it was asked for already, or the case has moved on. Reload it."),
    "clock_held_by_process": mark(
        "The process of case %(number)s waits for this. Note what came, such as the customer's message, and the clocks go on."
    ),
    "escalation_not_found": mark("The escalation of case %(number)s was acknowledged by somebody else, or is over."),
    "nothing_to_take_over": mark("Nobody handles case %(number)s at present, so there is nothing to take over."),
    "nothing_to_pause": mark("Case %(number)s has no running clock that this reason pauses. Look at its clocks."),
    "clock_paused_already": mark("The clock is paused for this reason already. Let it go on first, or choose another date."),
    "clock_not_paused": mark("No clock of this case is paused for that; there is nothing to resume."),
    "clock_not_over": mark("This clock still runs; it has no verdict yet."),
    "clock_history_invalid": mark("The records of a clock do not fit together. Call your administrator."),
    "clock_event_unreadable": mark("A newer version of the program wrote this clock. Call your administrator."),
    "pause_policy_invalid": mark("The table of what pauses which clock cannot be read. An analyst must correct it."),
    "calendar_unknown": mark("There is no calendar “%(key)s”. Choose one that exists, or add it."),
    "merge_refused": mark("These cases cannot be merged. Look at both, and choose the one that goes on."),
    "message_not_found": mark("Case %(number)s has no such message from its customer. Reload the case and choose one."),
    "clock_over": mark("This clock is stopped or does not count; a new round starts a new one."),
    "pause_reason_unknown": mark("“%(reason)s” is no reason to pause. Choose one from the list."),
    "instant_out_of_order": mark("This time does not fit: it lies in the past, or before what it must follow. Correct it."),
    "language_changed": mark("Somebody chose another language for this customer since you opened this. Reload and look again."),
    "contribution_not_found": mark("No department was asked for this part. Look at the case."),
    "contribution_over": mark("This part is over already. Reload the case to see what became of it."),
    "promise_unknown": mark("Case %(number)s has no such promise. Look at its promises."),
    "promise_too_late": mark(
        "A promise names a time to come, and is given before the limit was missed. Ask a supervisor otherwise."
    ),
    "promise_over": mark("This promise was kept, broken or taken back already."),
    "organisation_of_base": mark(
        "Calendar %(key)s has its organisation's days from %(base)s. Choose one that has its own as the business calendar."
    ),
    "survey_unknown": mark("This survey link is not valid. Use the link from our message unchanged."),
    "nothing_rolled_out": mark("No version of the process is deployed yet. Ask an analyst to deploy one."),
    "password_changed": mark("This password was changed at the same moment elsewhere. Sign in with the newer one."),
    "body_unreadable": mark("The request cannot be read. Reload the page and try again; what you typed is kept."),
    "page_not_yours": mark("This page belongs to other roles. Ask an administrator for the role."),
    "not_found": mark("What you look for does not exist, or not for you. Start from the inbox."),
    "password_too_weak": mark("This password is too short or too simple. Take a longer sentence that only you know."),
}
