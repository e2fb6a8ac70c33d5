"""The words for kinds of notice, ways and states of what was sent."""

from __future__ import annotations

from webui.i18n import mark
from webui.labels import Label

TEMPLATES = {
    "assigned": Label(text=mark("A case comes to you")),
    "offered": Label(text=mark("A case waits for my team")),
    "reassigned": Label(text=mark("A task is handed to you")),
    "contact_customer": Label(text=mark("Tell a customer something yourself")),
    "customer_message": Label(text=mark("The customer writes")),
    "reopened": Label(text=mark("The customer is dissatisfied or came back")),
    "urged": Label(text=mark("Somebody urges a case")),
    "escalated": Label(text=mark("A limit was missed")),
    "queue_alarm": Label(text=mark("Nobody to escalate to")),
    "queue_alarm_above": Label(text=mark("Nobody further up to escalate to")),
    "undeliverable": Label(text=mark("A message to you came back")),
    "channel_rests": Label(text=mark("A channel rests after failures")),
    "channel_works": Label(text=mark("A channel works again")),
    "answering": Label(text=mark("I answer for a case that nobody has")),
    "answering_line": Label(text=mark("I answer for several cases that nobody has")),
    "nobody_answers": Label(text=mark("Nobody may answer for a case")),
    "left_untouched": Label(text=mark("Nobody works on a case")),
    "response_warning": Label(text=mark("A response is due soon")),
    "solution_warning": Label(text=mark("A solution is due soon")),
    "contribution_asked": Label(text=mark("A department is asked for a part")),
    "contribution_overdue": Label(text=mark("A department's part is overdue")),
    "contribution_withdrawn": Label(text=mark("A part is needed no more")),
    "contribution_warning": Label(text=mark("A department's part is due soon")),
    "contribution_done": Label(text=mark("A department has done its part")),
    "contribution_passed_on": Label(text=mark("A part was passed on")),
    "technical_done": Label(text=mark("Technical work is done")),
    "approval_done": Label(text=mark("An approval was decided")),
    "dissatisfied_late": Label(text=mark("Dissatisfied after the end")),
    "suggestions_handed_over": Label(text=mark("Suggestions come to your team")),
    "follow_up_due": Label(text=mark("A follow-up is due")),
    "next_response_due": Label(text=mark("A customer waits for the next answer")),
    "feedback_due": Label(text=mark("Feedback is to be analysed")),
    "team_limit_missed": Label(text=mark("A team's own limit is missed")),
    "promise_broken": Label(text=mark("A promise to a customer is broken")),
    "promise": Label(text=mark("To the customer: a promised time")),
    "promise_withdrawn": Label(text=mark("To the customer: a promise taken back")),
    "merged": Label(text=mark("Cases were merged")),
    "waiting_reminder": Label(text=mark("To the customer: a reminder")),
    "unanswered": Label(text=mark("To the customer: taken as solved")),
    "question": Label(text=mark("To the customer: a question")),
    "result": Label(text=mark("To the customer: the result")),
    "survey": Label(text=mark("To the customer: the survey")),
    "reply": Label(text=mark("To the customer: a reply")),
    "digest": Label(text=mark("Digest")),
}
WHEN = {
    "at_once": Label(text=mark("at once")),
    "digest": Label(text=mark("in the digest")),
    "off": Label(text=mark("not at all")),
}
WAYS = {
    "app": Label(text=mark("In the app")),
    "mail": Label(text=mark("By mail")),
    "im": Label(text=mark("By chat")),
}
RHYTHMS = {"day": Label(text=mark("once a day")), "hour": Label(text=mark("every hour"))}
DELIVERY_STATES = {
    "waiting": Label(text=mark("waiting"), tone="warn", icon="clock"),
    "gathered": Label(text=mark("in a digest")),
    "sent": Label(text=mark("sent"), tone="good", icon="check"),
    "failed": Label(text=mark("failed"), tone="bad", icon="alert"),
    "bounced": Label(text=mark("came back"), tone="bad", icon="alert"),
}
PARTS = {"subject": mark("Subject"), "text": mark("Text"), "details": mark("Details, in the app only")}
