document-failed-title = The document could not be made
document-failed-text = Nothing is lost: all it says is kept, and is on the page you came from. Try again in a minute. If it goes on, print that page.
document-receipt = The receipt as PDF
document-receipt-text = A document to show to your bank or insurer. It holds neither your name, nor what you wrote, nor your code.
document-quote = Quote no. { $number } (PDF)
document-convention = Convention (PDF)
document-agreement = Immersion agreement (PDF)
document-access = Access list (PDF)
