"""Who gets a case: pure rules over what the routing row asks for and what is known of the people, each answer with its reason."""

from desk.assignment.candidates import WEIGHTS, Candidate, Wanted, weight_of
from desk.assignment.pipeline import ASKED, KNOWN, Assignment, assign, preferred, result_of
from desk.assignment.skills import MEDIUM_LEVEL, SkillInvalid, skill_text, skills_of

__all__ = [
    "ASKED",
    "KNOWN",
    "MEDIUM_LEVEL",
    "WEIGHTS",
    "Assignment",
    "Candidate",
    "SkillInvalid",
    "Wanted",
    "assign",
    "preferred",
    "result_of",
    "skill_text",
    "skills_of",
    "weight_of",
]
