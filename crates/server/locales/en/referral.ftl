# Referral and joint work.
ref-nav = Joint work
ref-title = Joint work
ref-none = No other unit takes part.
ref-link = See the joint work
ref-link-ask = Ask another unit
ref-link-answer = Answer the request
ref-changed = Somebody else was quicker: this is where it stands now. Nothing of what you sent was done.
ref-closed = This file is closed: nothing in it waits for an answer any more.
ref-asked-at = Asked
ref-due = Answer expected by
ref-held-by = Held by
ref-authority = Judicial authority
ref-authority-hint = Needed to act on one’s own initiative; elsewhere, the one that agreed, where one has to.
ref-parts = What is shown
ref-parts-hint = The facts always are. Until it has accepted, the unit sees the facts alone.
ref-parts-wanted = What you ask to see
ref-parts-wanted-hint = The facts, and what you tick. The unit that leads decides.
ref-outcome = What came of it
ref-form = Form
ref-form-assistance = it helps, you keep the lead
ref-form-joint = it investigates with you, you keep the lead
ref-form-transfer = it takes the lead, your unit sees nothing any more
ref-form-initiative = it asks of its own accord to take part
ref-part-facts = the facts
ref-part-exhibits = the exhibits
ref-part-identity = the identity of the persons
ref-part-notes = agents’ notes
ref-part-messages = the messages with the person
ref-standing-asked = waiting
ref-standing-accepted = running
ref-standing-refused = refused
ref-standing-withdrawn = withdrawn
ref-standing-returned = given back
ref-standing-ended = ended
ref-standing-superseded = pointless by now
ref-acknowledge = Acknowledge
ref-accept = Accept
ref-refuse = Refuse
ref-refuse-hint = The unit that asks reads this reason. You will see nothing of the file any more.
ref-end = End
ref-end-hint = This text goes back to the unit that asked. You will see nothing of the file any more, unless you lead it.
ref-return = Give the file back
ref-return-hint = After a transfer, the unit before leads again.
ref-show = Change what is shown
ref-withdraw = Withdraw the request
ref-withdraw-hint = The unit that was asked will see nothing any more.
ref-ask-title = Ask another unit
ref-proposed = Units that the rules of competence propose, and why:
ref-units-proposed = Proposed
ref-units-others = Other units
ref-ask = Ask
ref-drop = Withdraw
ref-to-answer = For your unit to answer
ref-to-answer-none = Nothing waits for your answer.
ref-asked = Asked by your unit
ref-asked-none = Nothing waits for another unit’s answer.
ref-running = Running
ref-running-none = No joint work is running.
ref-ended = Ended, refused, given back
ref-ended-none = Nothing yet.
ref-more = Only the first are shown.
ref-column-number = Report
ref-column-unit = Unit asked
ref-column-lead = Unit that leads
ref-column-with = With
ref-column-standing = State and reason
ref-initiative-title = Act on your own initiative
ref-initiative-text = You know the number of a report that another unit handles: ask to take part, with the agreement of a judicial authority. Nothing tells you whether that number exists before the unit that leads has accepted.
ref-count-to-answer = { $n } for your unit to answer
ref-count-asked = { $n } waiting for another unit
ref-count-running = { $n } running
ref-count-late = { $count ->
    [one] { $count } answer is late
   *[other] { $count } answers are late
}
ref-error-form = Choose a form.
ref-error-due = Give a day to come.
ref-error-authority = Name the judicial authority that agreed.
ref-error-already = This unit leads the file, takes part in it or was asked already.
ref-error-cannot = That cannot be done where this request stands.
ref-error-asked = Your unit asked for it already: wait for the answer.
ref-error-many = { $most } requests of your unit wait for an answer already.
ref-error-yours = Your unit sees it already.
ref-act-ask = asks a unit
ref-act-acknowledge = acknowledges
ref-act-accept = accepts the request
ref-act-refuse = refuses the request
ref-act-withdraw = withdraws the request
ref-act-show = changes what is shown
ref-act-return = gives the file back
ref-act-end = ends its part
ref-look-refer = asks a unit
ref-look-answer = answers a request
ref-look-return = gives a file back or ends it
ref-look-ask = asks to take part

# --- A copy for a body outside ---
ref-link-handover = Hand a copy over to a body outside
ref-handover-title = Copy for a body outside
ref-handover-waits = outcome awaited
ref-handover-struck = { $count ->
    [0] Nothing of the identity was found in it.
    [one] { $count } passage that repeats the identity was replaced by […].
   *[other] { $count } passages that repeat the identity were replaced by […].
}
ref-choose = Prepare a copy
ref-choose-text = The copy holds the answers and the technical elements, without the identity, messages, notes or any agent’s name. It is encrypted for that body alone; you download it and carry it by the channel named.
ref-body = Body
ref-bodies-none = No body is configured.
ref-exhibits-hint = A file leaves as it is: open it first, it may name somebody.
ref-preview = See what will leave
ref-preview-title = What will leave for { $body }
ref-preview-text = Read all of it: a nickname or a place may point to somebody.
ref-confirm = I have read what leaves, and it may leave.
ref-channel = Channel: { $channel }.
ref-send = Encrypt and download
ref-sent = Copies handed over
ref-outcome-title = Keep an outcome
ref-outcome-of = Of which copy
ref-outcome-person = What the person will read (optional)
ref-outcome-person-hint = In plain words, naming nobody. They read it on their follow-up page.
ref-outcome-keep = Keep
ref-error-body = Choose a body.
ref-error-exhibits = This body is given no files.
ref-error-large = The files chosen are larger than { $most } MB.
ref-error-recipient = The key of this body cannot be used: tell the administrator.
ref-error-preview = The report changed since the preview: read again what will leave.
ref-error-confirm = Confirm that you have read what leaves.
ref-error-reference = Choose a copy.
ref-error-outcome = Say what came of it.
ref-act-handover = hands a copy over to
ref-act-outcome = keeps the outcome of
ref-look-export = prepares or hands over a copy
ref-look-outcome = follows copies handed over

wb-close-despite = Close although other units are still at it; they read the reason
wb-error-running = { $count ->
    [one] A request to another unit has not ended: end it, take it back, or tick the box and say why.
   *[other] { $count } requests to other units have not ended: end them, take them back, or tick the box and say why.
}
wb-bulk-running = a request to another unit has not ended

ref-copies = Copies handed over, outcome not known
ref-given-at = Handed over on
ref-outcome-due = An outcome is expected before
ref-outcome-file = File that the body answered with, if there is one
ref-outcome-file-hint = Kept as it is, never opened by this program; erased with the file.
ref-error-file = The file is too large: nothing was kept. Send it in parts, or keep it elsewhere and say where.
