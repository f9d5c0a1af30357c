"""A board's own words stand in mails unless they name somebody: then the words of the service do."""

from escalation.services.mail_facts import own_words_without


def test_a_word_that_names_an_agency_stays_out_of_mails() -> None:
    words = {"stage": "step", "chair": "arbiter of Northtown Hospitals"}
    assert own_words_without(words, frozenset({"Northtown hospitals", "Kate Rowan"})) == {"stage": "step"}
    assert own_words_without(words, frozenset()) == words
