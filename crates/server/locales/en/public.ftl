# The public site.

## Everywhere
optional = (optional)
choose = Choose
continue = Continue
begin = Begin
remove = Remove
copy = Copy
copied = Copied
error-prefix = Error:
error-line = { $label } – { $message }
labelled = { $label }: { $text }
summary-title = { $count ->
    [one] One answer needs another look
   *[other] { $count } answers need another look
  }
summary-kept = Everything you wrote is still here.
duration-minutes = { $count } minutes
duration-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
  }
duration-days = { $count ->
    [one] 1 day
   *[other] { $count } days
  }
duration-years = { $count ->
    [one] 1 year
   *[other] { $count } years
  }
size-bytes = { $count } B
size-kilobytes = { $count } kB
size-megabytes = { $count } MB

## Forms that cannot be read
form-too-large-title = This is too large to send
form-too-large-text = It was not saved. What you saved before is still there: go back, shorten the text or attach it as a file, and try again.
form-not-text-title = This text cannot be read
form-not-text-text = It has characters we cannot read (text is expected in UTF-8). It was not saved. What you saved before is still there: go back and write it again.
form-cut-title = The connection was cut
form-cut-text = It stopped before the end, and this was not saved. What you saved before is still there: go back and try again.

## Home
home-title = Report or file a complaint online
home-heading = What happened to you?
home-lead = Tell it here, in a few minutes, without an account. You leave with a receipt.
lane-title = Is a life in danger? Do not write: call
number-17 = police
number-112 = emergencies in Europe
number-114 = by text, without speaking
number-15 = medical emergency
number-3114 = suicide prevention
number-119 = children in danger
home-begin = Begin here
home-draft = A report you began is waiting for you, until { $day }.
home-draft-resume = Resume my report
home-requests = You have a request
home-after = You have begun or sent one already
home-follow = Follow my report
home-follow-text = Where it stands, messages from the service, adding to it, withdrawing it.
home-resume = Resume a draft
home-resume-text = With the resume code, on any device.
promise-title = What we hold ourselves to
promise-receipt = A receipt that proves, even without us, that what you sent still exists.
promise-account = No account, no tracker, and your IP address is not kept.
promise-read = Everything sent has a time within which it must be read, and the figures are public.

## Desk
track-report = Make a report
track-report-text = You tell what you saw or suffered. Your name is not needed.
track-complaint = File a complaint
track-complaint-text = You ask for an inquiry, in your own name. You must be an adult and say who you are.
track-declaration = Make a declaration
track-declaration-text = You fulfil a duty to declare, on behalf of a body.
track-request = Make a request
track-request-text = You ask the service for something, and you get an answer.
track-choose = What do you want to do?
track-choose-error = Choose what you want to do.
need-title = Before you begin
need-time = Allow 5 to 20 minutes. Your answers are saved on every page; you can stop and come back.
need-have = If you have them, keep at hand: site addresses, accounts, numbers, IBANs, screenshots, statements.
need-empty = Something is missing? Leave it empty, you can add it later.
need-read = Someone must have read you within { $within }.
retention-received = { $time } after it is received
retention-last-act = { $time } after the last exchange
need-kept = It is meant to be kept for { $within }.
steps-title = The steps
steps-some = Depending on your answers, some steps will not be asked.
kinds-title = What is told here
elsewhere-title = What this desk cannot handle, and where to go
start-draft = A draft is already open on this device (“{ $desk }”, until { $day }).
start-draft-other = If you begin something else, first note its resume code:
not-begun-title = The report could not be opened
not-begun-text = Nothing was saved. Try again in a few minutes. In an emergency, call 17 or 112.
criteria-link = In what order are reports read?
criteria-title = The order of reading
criteria-lead = These criteria only decide who is read first. Everything is read. Points add up; a person can always change the order.
criteria-urgent = Read at once, before all others
criteria-points = What is read earlier
criteria-what = Criterion
criteria-within = Read within
criteria-adds = Points

## Questions
step-of = Step { $number } of { $steps }
new-question = new question
appeared-title = { $count ->
    [one] A new question, following your answer
   *[other] { $count } new questions, following your answers
  }
appeared-text = Your answers are saved. Still to be answered:
appeared-live = New questions have appeared.
answer-yes = Yes
answer-no = No
answer-none = No answer
hint-date = For example 14/03/2026 or 14 March 2026.
hint-commune = Name of the town, with its department if several share it: Saint-Denis (93).
hint-email = For example name@shop.example.
hint-phone = With the country code if the number is foreign: +44…
hint-iban = It begins with two letters, FR for France. Spaces do not matter.
moment-date = Day
moment-time = Time (in Paris), if you know it
moment-about-box = This is approximate
moment-at = { $date } at { $time }
moment-about = about { $moment }
money-amount = Amount
money-currency = Currency
handle-platform = Platform
handle-name = Account name
add-entry = Add: { $item }
remove-entry = Remove: { $item }
back-step = Back
back-start = Back to the start
save-later = Save and continue later
no-script = Depending on your answers, “Continue” may show this page again with new questions.
saving = Saving…
saved-at = Your answers are saved.
saving-failed = NOT saved: the connection or the service does not answer. Your answers are still in this page; we keep trying.
not-saved-title = Your answers are NOT saved
not-saved-text = The service could not keep them. Go back: they may still be in the page. Try again in a few minutes.
not-saved-here = The service could not keep them. They are still in this page: do not close it, and try again in a few minutes.

## Files
files-none = No file yet.
files-choose = Choose files
files-add = Attach the chosen files
file-sending = Sending
file-cancel = Cancel
file-cancelled = cancelled
file-failed = was not sent. Try again.
file-too-large = “{ $name }” is larger than { $megabytes } MB and was not kept. The rest is saved.
file-too-many = “{ $name }” was not kept: too many files at once.
file-empty = “{ $name }” is empty and was not kept.
file-wrong-type = “{ $name }” was not kept: its content is not what its name says, or it is a program. The rest is saved.
file-not-kept = “{ $name }” was NOT saved: the service could not keep it. Try again in a few minutes.

## Draft
draft-title = Your draft
draft-until = Your answers are kept until { $day }.
draft-code = Resume code
draft-code-help = Note it down: it opens this draft again on any device. Whoever has it can read the draft.
draft-page-title = Your draft is saved
draft-page-lead = “{ $desk }”: your answers are kept until { $day }. Nothing is sent yet.
draft-drop = Erase this draft and all its answers
draft-not-dropped-title = The draft was NOT erased
draft-not-dropped-text = The service could not do it. Try again in a few minutes.

## Urgency and guidance
urgent-ready = You can send what you have said right now, and add more afterwards.
urgent-send = Send what I have said now
urgent-not-ready = You can send without filling everything in.
urgent-review = Go straight to sending
way-other-desk = Go to that desk
way-away = Go to that site
stop-title = This is not the right desk
stop-kept = Your answers are kept. Nothing was sent.
stop-change = Look at my answers again

## Review and sending
review-title = Check and send
review-lead = Nothing is sent yet. Read it again, change what needs changing, then send.
review-missing-short = To be completed
review-missing = { $count ->
    [one] One answer is missing before you can send
   *[other] { $count } answers are missing before you can send
  }
review-change = Change
review-empty = Nothing was answered here.
who-title = Who will read it
who-reads = The agents of this desk’s service, and those of the unit your file is given to.
who-identity = Your name and contact details are encrypted apart. They are never used to link files.
statement-title = What you declare
statement-report = By sending, you declare that what you say is true to the best of your knowledge. Knowingly reporting false facts is punished by law.
statement-complaint = By sending, you file a complaint in your own name and declare that what you say is true to the best of your knowledge. Knowingly reporting false facts is punished by law.
send-report = Send my report
send-complaint = Send my complaint
sending = Sending, do not close this page…
not-received-title = Your report was NOT received
not-received-text = The service could not record it. Your answers are still in your draft. Try again now or later. In an emergency, call 17 or 112.
not-received-retry = Try sending again
not-received-review = Look at my answers again
not-received-once = Trying again is safe: what you send is counted once only.

## Receipt
receipt-title = Receipt
receipt-heading = Your report is received
receipt-heading-complaint = Your complaint is received
receipt-received = “{ $desk }”, received on { $moment } (Paris time), durably recorded.
receipt-code-title = Your tracking code
receipt-code-text = Copy it or print this page. It is the only way to follow your report, and we cannot give it to you again. Show it to nobody.
receipt-file-title = Your proof
receipt-file-text = Keep this file with your code. It proves that what you sent is in the ledger, even if we said otherwise. It holds neither your name nor what you wrote.
receipt-download = Download the receipt
receipt-verify-title = How to check this proof
receipt-verify-text = What you sent stands at place { $index } of the public ledger. The program orfevre checks the file offline, with the published key:
receipt-next-title = What happens now
receipt-next-read = An agent must have read it by { $moment }.
receipt-next-linked = It is matched with what others have reported, then given to the competent service.
receipt-next-answer = You read what comes of it, and can answer, on the follow-up page.
receipt-follow = See the follow-up

## Follow-up
follow-title = Follow my report
follow-lead = Enter the tracking code of your receipt.
follow-open = Open the follow-up
follow-instead = You had not finished? Resume a draft
resume-title = Resume a draft
resume-lead = Enter the resume code that was shown while you answered.
resume-open = Resume
resume-instead = You had already sent it? Follow my report
code-tracking = Tracking code
code-resume = Resume code
code-help = 28 letters and digits, in seven groups of four. Capitals, spaces and dashes do not matter.
code-wrong-title = This code opens nothing
code-wrong = Check every group: a letter is missing or wrong, or the draft’s time is over.
code-lost = Without the code nobody can open the page, not even us. You can make a new report.
submission-title = Where my report stands
submission-received = received on { $moment }
submission-state = State
submission-unit = Service
submission-deadline = Deadline
submission-deadline-text = an agent must have read it by { $moment }
submission-withdrawing = Your withdrawal is received; the state changes in a moment.
submission-more = Other actions
submission-receipt = See the code again and download the receipt
messages-title = Messages
messages-none = No message yet.
message-you = You
message-facts = You, facts added
message-withdrawal = You, withdrawal
message-service = The service
message-label = Write to the service
message-send = Send the message
message-empty = Write something before you send.
message-too-long = Shorten this text: { $most } characters at most.
facts-title = Add to it
facts-text = A new fact, a payment, an address, a file: what you add is matched as well.
facts-label = What you want to add
facts-send = Add
later-received = It is received and recorded in the ledger.
later-not-sent = Nothing was sent
later-not-received = What you wrote was NOT received. It is still in this page: try again in a few minutes.
withdraw-report = Withdraw my report
withdraw-complaint = Withdraw my complaint
withdraw-report-effect = The service will no longer deal with your report.
withdraw-complaint-effect = You give up asking for an inquiry for yourself. The prosecutor may still prosecute: withdrawing a complaint does not always end the procedure.
withdraw-kept = This withdrawal is recorded in the ledger. What has been done already is not undone, and you cannot take the withdrawal back; you can make a new report.
withdraw-reason = Why, if you want to say
withdraw-confirm = Withdraw for good
withdraw-keep = Do not withdraw
follow-close = Close the follow-up on this device
follow-half-hour = The follow-up closes by itself after half an hour.

## Figures
figures-title = The figures, right now
figures-lead = Everything received is somewhere, and the sum must come out even: the difference is always zero.
figures-total = All together, { $moment }
figures-state = State
figures-count = Number
figures-waiting = Just received, not yet read by the machine
figures-queued = Waiting for an agent
figures-quarantined = Set aside
figures-assigned = Being dealt with
figures-closed = Closed
figures-withdrawn = Withdrawn
figures-received = Received in all
figures-difference = Difference
figures-wrong = The sum does not come out even right now. If it lasts, it is a fault of the service, and it shows here.
figures-desks = By desk
figures-desk = Desk

## Ledger
ledger-lead = Everything sent adds a line to a ledger that nobody can erase or rewrite without it showing.
ledger-how = A line is a fingerprint mixed with a random secret: the ledger tells nobody anything, except whoever holds the receipt. Erasing your data does not harm the ledger.
ledger-check = Check a receipt
ledger-check-1 = Take the .tlog-proof file you kept.
ledger-check-2 = Take the public key below, better still from a source that is not us.
ledger-check-3 = Run the program orfevre; it works offline.
ledger-key = Public key
ledger-checkpoint = Signed checkpoint
ledger-size = The ledger has { $size } lines.
ledger-empty = The ledger is still empty.
ledger-programs = For programs
ledger-programs-text = The ledger follows the public formats C2SP tlog-tiles, checkpoint and tlog-proof. Anybody may copy and watch it:

## Personal data
privacy-lead = We ask for as little as possible, and we say what we keep.
privacy-what = What is kept
privacy-answers = Your answers and your files, as you give them.
privacy-identity = Your name and contact details, if you give them: encrypted apart, with one key per report.
privacy-address = Not your IP address, nor anything about your device.
privacy-draft = A draft is encrypted with its resume code and no longer opens { $count } days after its last change.
privacy-ledger = The public ledger holds no personal data, only fingerprints.
privacy-who = Who reads it
privacy-who-text = The agents of the desk and of the unit in charge.
privacy-long = For how long
privacy-desk = { $desk }: meant to be kept for { $within }.
privacy-cookies = Cookies
privacy-cookies-text = Only those that you bring about: the open draft, the open follow-up, the colours you chose. None is read by another site, none follows you.
privacy-rights = Your rights
privacy-rights-text = You can ask what we keep, have it corrected, and within the limits of the law have it erased: write to the service from the follow-up page. The body that installs this site names here its data protection officer and the supervisory authority.

## Accessibility
accessibility-lead = This site wants to serve everybody. Here is what is done, and what is not yet verified.
accessibility-done = What is done
accessibility-script = Everything works without scripts, in both languages, on a small screen.
accessibility-keyboard = Everything works from the keyboard; every error leads to its question.
accessibility-colours = Light, dark, or as your device is set; contrasts are computed for both.
accessibility-automatic = Automatic checks run on every page at every change.
accessibility-not = What is not done yet
accessibility-audit = No conformity audit (RGAA, WCAG 2.2) has been made. Automatic checks are no proof of conformity, so we do not claim it.
accessibility-trouble = Having trouble?
accessibility-trouble-text = Tell the service that runs this site. In an emergency, 114 answers by text message, in writing, by video and in sign language.
submission-looks = Looked at
submission-looks-count = { $count ->
    [0] by no agent so far
    [one] { $n } time by an agent
   *[other] { $n } times by agents
  }
submission-looks-text = Each time an agent opens your submission it is written down with their reason. You see how often, not by whom.

vouch-title = Your identity with { $provider }
vouch-text = Instead of writing your name and date of birth you can ask { $provider } to give them. You do not have to. { $provider } will know that you are filling in a complaint here, and nothing of what you write.
vouch-go = Continue with { $provider }
vouch-done = { $provider } gave your name and date of birth. If you change them they are no longer confirmed.
vouch-leaving = What you wrote is saved. You are going to the site of { $provider }, and will come back here.
vouch-leave = Go to the site of { $provider }
vouch-stay = Stay here and write it myself
vouch-arrived = { $provider } said who you are:
vouch-fill = Go on with my complaint with these details
vouch-failed-title = { $provider } did not confirm your identity
vouch-late-title = This confirmation is no longer valid
vouch-failed-text = Nothing has changed in what you wrote. Go on with your complaint: you can write your name yourself, or try again.
