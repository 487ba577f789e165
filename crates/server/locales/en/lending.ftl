# What the office lends: the inventory, piece by piece, what is being mended, and who comes to a shoot.
lending-many = { $name } nos. { $numbers }
lending-count = How many
lending-count-help = Of what is lent in numbers: those that are free at that time are taken first.
lending-how-many = Number
lending-free-now = Free now
lending-free-then = Free at that time
lending-in-repair = Being mended
lending-each = Piece by piece
lending-piece = Piece
lending-state = Now
lending-state-free = free
lending-state-out = out until { $until }
lending-state-late = out, late
lending-state-held = booked until { $until }
lending-state-repair = being mended until { $until }
lending-comes-next = Next booking
lending-days = Four weeks, day by day
lending-days-help = How many are free all day long, day by day.
lending-days-help-one = “free” is all day; “in part” is some hours of it, which the calendar below shows.
lending-hours-help = “·” is free; “×” is an hour that the clock skips.
lending-days-earlier = Four weeks earlier
lending-days-later = Four weeks later
lending-week = Week of
lending-monday = Monday
lending-tuesday = Tuesday
lending-wednesday = Wednesday
lending-thursday = Thursday
lending-friday = Friday
lending-saturday = Saturday
lending-sunday = Sunday
lending-day-free = free
lending-day-part = in part
lending-day-taken = taken
lending-to-hand-over = To hand over
lending-to-hand-over-none = Nothing is approved for later.
lending-too-many = { $what }: there are { $most }, no more.
lending-mend = Send to be mended
lending-mend-help = It goes to nobody until then: whoever held it loses it, reads so, and is offered a replacement.
lending-mend-hint = Damaged? The sheet of the thing, above, lets you send it to be mended.
lending-mend-until = Being mended until
lending-broken = What is broken
lending-mended = It is mended: make it available
lending-purpose = For
lending-purpose-loan = a loan
lending-purpose-operations = operations
lending-purpose-repair = a repair
film-booked-repair = sent to be mended
film-rests-on-above = The decision rests on the opinions above.
crew-title = Who comes to the shoot
crew-of = Who comes – { $title }
crew-none = Nobody is on the list yet.
crew-erased = The names are erased; { $many ->
    [one] one person was on the list.
   *[other] { $many } people were on the list.
}
crew-kept = These names serve for access alone. They are kept apart, sealed, and erased thirty days after the shoot.
crew-counted = { $many ->
    [0] Nobody is on the list yet.
    [one] One person is on the list; identities checked: { $checked }.
   *[other] { $many } people are on the list; identities checked: { $checked }.
}
crew-role = Function
crew-plate = Plate of the vehicle
crew-vehicle = vehicle { $plate }
crew-lines = The whole list, one person a line
crew-lines-help = Name ; function ; plate, if there is a vehicle. A table or a CSV file may be pasted as it is. The list takes the place of the one before; whoever stays on it keeps their identity check.
crew-add-name = Or one more person: their name
crew-send = Hand in the list
crew-hand-in = Hand in the list for the production
crew-whose = Whose
crew-bad-line = Line { $line }: { $why }
crew-no-name = there is no name.
crew-too-many-columns = there is more than a name, a function and a plate.
crew-too-long = the name or the function is too long.
crew-no-plate = that is no registration plate.
crew-twice = this name stands in line { $line } already.
crew-too-many = a list has { $most } people at most.
