# Markings and clearances, the clock, and units that are gone.
mk-level = Level
mk-none = none
mk-secret = Secret
mk-top-secret = Très Secret
mk-restricted = Diffusion Restreinte
mk-national = Spécial France (nationals)
mk-compartment = compartment “{ $name }”
mk-more = Other compartments
mk-more-help = Their names with spaces between: letters, digits, dashes. Empty: none.
mk-title = Markings
mk-marking = Marking
mk-hint = Whoever is not cleared for it sees nothing of this file any more, whatever their role. You can give what you are cleared for.
mk-to-mark = To give
mk-to-unmark = To take away
mk-mark = Mark
mk-unmark = Take this marking away
mk-second = Taking a marking away takes the agreement of a second person.
mk-second-ask = Ask for it
mk-error-choose = Choose a marking from the list: one to give that the file does not have, or one to take away that it has.
mk-act-mark = marks
mk-act-unmark = takes a marking away
ad-action-mark = Mark it
ad-action-unmark = Take a marking away
ad-unit-left = not in the configuration
ad-left = Units that the configuration no longer has
ad-left-text = Only agents of such a unit see what is there, and no rule proposes it. Put the unit back into units.toml, or give its agents another unit and have its head pass on what it has.
ad-left-submissions = { $count ->
    [one] { $count } open submission
   *[other] { $count } open submissions
}
ad-left-agents = { $count ->
    [one] { $count } agent
   *[other] { $count } agents
}
ad-clock = The clock is not believed
ad-clock-text = The server’s clock says { $now }. The last moment it was believed at was { $last }. Nothing is erased meanwhile: no submission, no draft, no file.
ad-clock-what = If the server stood still in between and the clock is right, say so below: what is due is erased within the hour. If it is wrong, set it right on the machine: then nothing is to be done here.
ad-clock-why = How you made sure
ad-clock-right = The clock is right: { $now }
ad-error-clock = The clock shows another moment by now: read it again.
ad-look-clock = said that the clock is right
wb-retention-halted = Nothing is erased now: the server’s clock says { $now }, and the last moment it was believed at was { $last }. An administrator has to make sure that it is right. Days shown as late may not be.
ov-near-next-page = further page
ov-look-film = reads a film project
ov-look-script = opens a script
ov-look-handle-film = acts on a film project
ov-look-answer-film = answers on a film project
ov-look-exchange = exchanges with abroad
privacy-provider = If you choose to have { $provider } say who you are, on a complaint: it learns that you went there from this site, and nothing of your complaint. It tells us your family name, given names and date of birth; we keep them with your identity, and that { $provider } vouched for them. Nobody has to use it.
ad-rules-first = The first { $count }; the file has them all.
ad-action-declare_film_conflict = Declare a conflict of interest in a film project
